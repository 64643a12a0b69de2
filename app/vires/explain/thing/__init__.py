"""Pages about things: what the record holds of one, in names, plain words and links."""

from vires.explain.thing.bounds import Part, address, bounded, listing, part, pointing
from vires.explain.thing.model import ONTOLOGY, Model, data_model
from vires.explain.thing.parts import (
    Branch,
    Item,
    Listing,
    Mentions,
    Register,
    Row,
    Section,
    Table,
    Thing,
)
from vires.explain.thing.rule import RULES, example
from vires.explain.thing.things import WATCHED, Removed, find_thing, locate, version_on

__all__ = [
    "ONTOLOGY",
    "RULES",
    "WATCHED",
    "Branch",
    "Item",
    "Listing",
    "Mentions",
    "Model",
    "Part",
    "Register",
    "Removed",
    "Row",
    "Section",
    "Table",
    "Thing",
    "address",
    "bounded",
    "data_model",
    "example",
    "find_thing",
    "listing",
    "locate",
    "part",
    "pointing",
    "version_on",
]
