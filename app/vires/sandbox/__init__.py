"""Runs SPARQL of strangers: a guard by tokens, then a child that the kernel keeps closed."""

from vires.sandbox.fair import Ledger, Share
from vires.sandbox.guard import Guarded
from vires.sandbox.job import Limits
from vires.sandbox.run import Answer, Bound, Sandbox

__all__ = ["Answer", "Bound", "Guarded", "Ledger", "Limits", "Sandbox", "Share"]
