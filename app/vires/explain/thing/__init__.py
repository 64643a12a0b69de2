"""Pages about things: what the record holds of one, in names, plain words and links."""

from vires.explain.thing.model import ONTOLOGY, Model, data_model
from vires.explain.thing.parts import Branch, Item, Mentions, Row, Section, Table, Thing
from vires.explain.thing.rule import RULES, example
from vires.explain.thing.things import WATCHED, Removed, find_thing, locate, version_on

__all__ = [
    "ONTOLOGY",
    "RULES",
    "WATCHED",
    "Branch",
    "Item",
    "Mentions",
    "Model",
    "Removed",
    "Row",
    "Section",
    "Table",
    "Thing",
    "data_model",
    "example",
    "find_thing",
    "locate",
    "version_on",
]
