"""Every row and column of the reference tables is in the graph, with its marks and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node
from reference_cells import (
    BASE,
    DATA,
    ONTOLOGY,
    V,
    facts,
    instrument,
    iri,
    organisation,
    reference,
    table,
    turtle,
)
from reference_columns import BESIDE, BESIDE_OF, TABLES, node_of

TYPE = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
XSD_DATE = URIRef("http://www.w3.org/2001/XMLSchema#date")
XSD_BOOLEAN = URIRef("http://www.w3.org/2001/XMLSchema#boolean")
ORIGINAL = URIRef("http://www.w3.org/ns/org#originalOrganization")
SKOS = URIRef("http://www.w3.org/2004/02/skos/core#")
PREF_LABEL = SKOS + "prefLabel"
RESULTING = URIRef("http://www.w3.org/ns/org#resultingOrganization")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_every_row_is_in_the_graph(name: str) -> None:
    _, kind, columns = TABLES[name]
    rows = table(name)
    assert rows, f"{name}.csv is empty"
    assert set(rows[0]) == set(columns), "a column that this test does not know"
    wrong: list[str] = []
    for row in rows:
        node = node_of(name, row)
        stated = set(reference().predicate_objects(node))
        expected = facts(TYPE, kind) if kind else set()
        for column, carries in columns.items():
            found = carries(row[column], row)
            wrong += [f"{node} lacks {column}: {p} {o}" for p, o in found - stated]
            expected |= found
        beside = BESIDE | BESIDE_OF.get(name, set())
        extra = {(p, o) for p, o in stated - expected if p not in beside}
        wrong += [f"{node} has more than its row: {p} {o}" for p, o in extra]
    assert not wrong, "\n".join(sorted(wrong)[:20])


def test_no_two_rows_share_a_node() -> None:
    nodes = [node_of(name, row) for name in TABLES for row in table(name)]
    assert len(nodes) == len(set(nodes)) == sum(len(table(name)) for name in TABLES)


def test_one_file_for_each_source_of_law() -> None:
    files = {path.stem for path in (DATA / "reference" / "law").glob("*.ttl")}
    assert files == {row["id"] for row in table("legislation")}
    for row in table("provisions"):
        home = turtle(DATA / "reference" / "law" / f"{row['legislation_id']}.ttl")
        assert (iri("reading", row["id"]), TYPE, V.LegalReading) in home


def test_provisions_belong_to_their_instrument() -> None:
    for row in table("provisions"):
        uri = row["provision_uri"]
        whole = instrument(row["legislation_id"])
        if not uri or URIRef(uri) == whole:
            continue
        assert (URIRef(uri), TYPE, V.LegalProvision) in reference()
        assert list(reference().objects(URIRef(uri), V.provisionOf)) == [whole]
        assert len(list(reference().objects(URIRef(uri), PREF_LABEL))) == 1


def test_every_concept_of_a_list_stands_in_one_scheme() -> None:
    lists = set(TABLES) - {"legislation", "provisions", "organisations"}
    for name in sorted(lists):
        for row in table(name):
            node = node_of(name, row)
            schemes = list(reference().objects(node, SKOS + "inScheme"))
            assert len(schemes) == 1, node
            assert (schemes[0], TYPE, SKOS + "ConceptScheme") in reference()
            is_top = (node, SKOS + "topConceptOf", schemes[0]) in reference()
            assert is_top is not bool(row.get("broader")), node


def test_succession_is_an_event_that_is_silent_on_signatures() -> None:
    """A change of body carries no signature over unless the record says so, and it never does."""
    expected: set[tuple[Node, Node, Node]] = set()
    for row in table("organisations"):
        if row["successor_id"] and row["valid_to"] and row["id"] != "phe":
            first = date.fromisoformat(row["valid_to"]) + timedelta(days=1)
            when = Literal(first.isoformat(), datatype=XSD_DATE)
            expected.add((organisation(row["id"]), organisation(row["successor_id"]), when))
    found: set[tuple[Node, Node, Node]] = set()
    for event in reference().subjects(TYPE, V.RestructureEvent):
        assert (event, V.notStated, V.carriesSignatures) in reference()
        assert reference().value(event, V.carriesSignatures) is None
        assert reference().value(event, V.verificationStatus) is not None
        old = reference().value(event, ORIGINAL)
        new = reference().value(event, RESULTING)
        when_found = reference().value(event, V.occurredOn)
        assert old and new and when_found
        found.add((old, new, when_found))
    assert found == expected


def test_an_end_that_is_not_known_is_recorded_silence() -> None:
    silent = set(reference().subjects(V.notStated, V.validUntil))
    assert silent == {organisation(key) for key in ("bcicb", "nhs-england", "ico")}


def test_parties_are_of_england_and_of_wales_where_the_name_says_so() -> None:
    """The tables have no nation; no more is recorded than their scopes and names bear out."""
    england, wales = iri("nation", "england"), iri("nation", "wales")
    for row in table("organisations"):
        nations = set(reference().objects(organisation(row["id"]), V.inNation))
        expected = {england, wales} if "England and Wales" in row["name"] else {england}
        is_party = row["entity_kind"] in ("organisation", "office-holder")
        assert nations == (expected if is_party else set()), row["id"]


@pytest.mark.parametrize("name", ["purposes", "categories", "subjects", "organisations"])
def test_a_label_that_a_user_may_type_names_one_thing(name: str) -> None:
    labels = [row.get("label") or row["name"] for row in table(name)]
    assert len(labels) == len(set(labels))


def turtle_files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.ttl"))


def test_data_holds_no_blank_node() -> None:
    for path in turtle_files(DATA):
        nodes = {term for triple in turtle(path) for term in triple}
        assert not any(isinstance(node, BNode) for node in nodes), path


def test_every_file_is_what_rdflib_writes() -> None:
    for path in turtle_files(DATA):
        again = turtle(path).serialize(format="longturtle")
        assert again.encode() == path.read_bytes(), f"{path}: write it with rdflib's longturtle"
    for path in turtle_files(ONTOLOGY):
        again = turtle(path).serialize(format="longturtle", canon=True)
        assert again.encode() == path.read_bytes(), f"{path}: write it with longturtle, canon=True"


def test_every_date_and_truth_value_is_well_formed() -> None:
    for subject, prop, value in reference():
        if isinstance(value, Literal) and value.datatype == XSD_DATE:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)), (subject, prop, value)
            date.fromisoformat(str(value))
        if isinstance(value, Literal) and value.datatype == XSD_BOOLEAN:
            assert str(value) in ("true", "false"), (subject, prop, value)


def test_every_thing_named_in_the_reference_exists() -> None:
    """A key that is not in its list would be a triple that nobody reads."""
    kinds = {kind for kind, _, __ in TABLES.values()} | {"condition-group", "event", "register"}
    known = set(reference().subjects())
    for path in turtle_files(ONTOLOGY):
        known |= set(turtle(path).subjects())
    for subject, prop, value in reference():
        if isinstance(value, URIRef) and value.startswith(BASE):
            kind = value[len(BASE) :].split("/")[0]
            assert kind not in kinds or value in known, (subject, prop, value)


def test_every_term_used_in_data_is_declared() -> None:
    declared = {term for path in turtle_files(ONTOLOGY) for term in turtle(path).subjects()}
    for path in turtle_files(DATA):
        used = {t for triple in turtle(path) for t in triple if str(t).startswith(str(V))}
        assert used <= declared, f"{path}: {sorted(map(str, used - declared))}"
