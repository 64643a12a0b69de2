"""The health check: what the rules find of the record, what falls due, and what changed.

It reads what was found when the record was written and runs no rule itself. What it says changes
no answer, and no answer or page of urgent help waits for it.
"""

from vires.health.lines import AHEAD, Health, Kind, Line, Standing, health
from vires.health.listing import NAME, calendar, table

__all__ = [
    "AHEAD",
    "NAME",
    "Health",
    "Kind",
    "Line",
    "Standing",
    "calendar",
    "health",
    "table",
]
