"""Vires: who may share what, with whom, for which purpose, under which legal basis."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("vires")
except PackageNotFoundError:  # read from a checkout that was not installed
    __version__ = "0"
