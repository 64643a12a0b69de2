"""Pages about things: what the record holds of one, in names, plain words and links."""

from vires.explain.thing.parts import Branch, Item, Mentions, Row, Section, Table, Thing
from vires.explain.thing.things import Removed, find_thing

__all__ = [
    "Branch",
    "Item",
    "Mentions",
    "Removed",
    "Row",
    "Section",
    "Table",
    "Thing",
    "find_thing",
]
