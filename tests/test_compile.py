"""What is compiled means what pyshacl finds, for each part of SHACL that is supported."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from vires import ingest
from vires.errors import RuleError
from vires.store import Snapshot, from_quads
from vires.validate import catalogue, live, reference, sparql
from vires.validate.compile import compiled
from vires.validate.day import NONE, days
from vires.validate.steps import stepped
from vires.validate.token import text_of, tokens

HEAD = """
@prefix ex: <https://example.org/> . @prefix v: <https://w3id.org/vires/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rule: <https://w3id.org/vires/rule/> .
"""
SAID = """
  a v:ConsistencyRule ; rdfs:label "A claim"@en ; skos:definition "A definition."@en ; v:why "Why."@en ; v:fix "Fix."@en ;
  v:ruleLimits "Limits."@en ; v:ruleId "T01" ; dcterms:source "A test"@en ; sh:severity sh:Violation .
"""
MESSAGE = 'sh:message "{$this} is wrong."@en'
ON_P = f"rule:tested a sh:PropertyShape ; sh:targetClass ex:C ; sh:path ex:p ; {MESSAGE} ; "
ON_NODE = f"rule:tested a sh:NodeShape ; sh:targetClass ex:C ; {MESSAGE} ; "

CORE = {
    "minCount": ON_P + "sh:minCount 2 .",
    "minCount of nothing": ON_P + "sh:minCount 0 ; sh:maxCount 2 .",
    "maxCount": ON_P + "sh:maxCount 1 .",
    "maxCount of none": ON_P + "sh:maxCount 0 .",
    "datatype date": ON_P + "sh:datatype xsd:date .",
    "datatype integer": ON_P + "sh:datatype xsd:integer .",
    "datatype boolean": ON_P + "sh:datatype xsd:boolean .",
    "datatype string": ON_P + "sh:datatype xsd:string .",
    "datatype text in a language": ON_P
    + "sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .",
    "class": ON_P + "sh:class ex:D .",
    "nodeKind IRI": ON_P + "sh:nodeKind sh:IRI .",
    "nodeKind literal": ON_P + "sh:nodeKind sh:Literal .",
    "nodeKind blank or IRI": ON_P + "sh:nodeKind sh:BlankNodeOrIRI .",
    "nodeKind of the node": ON_NODE + "sh:nodeKind sh:BlankNode .",
    "in": ON_P + 'sh:in ( ex:a 1 "x" "x"@en ) .',
    "in nothing": ON_P + "sh:in ( ) .",
    "in of the node": ON_NODE + "sh:in ( ex:n0 ex:n1 ) .",
    "hasValue": ON_P + "sh:hasValue ex:a .",
    "hasValue of the node": ON_NODE + "sh:hasValue ex:n0 .",
    "pattern": ON_P + 'sh:pattern "^[a-x]$" .',
    "pattern with a flag": ON_P + 'sh:pattern "^X$" ; sh:flags "i" .',
    "minLength": ON_P + "sh:minLength 2 .",
    "maxLength": ON_P + "sh:maxLength 1 .",
    "minInclusive": ON_P + "sh:minInclusive 2 .",
    "minExclusive": ON_P + "sh:minExclusive 1 .",
    "maxInclusive": ON_P + 'sh:maxInclusive "2025-06-01"^^xsd:date .',
    "maxExclusive": ON_P + "sh:maxExclusive 2 .",
    "lessThan": ON_P + "sh:lessThan ex:q .",
    "lessThanOrEquals": ON_P + "sh:lessThanOrEquals ex:q .",
    "equals": ON_P + "sh:equals ex:q .",
    "equals of the node": ON_NODE + "sh:equals ex:q .",
    "disjoint": ON_P + "sh:disjoint ex:q .",
    "uniqueLang": ON_P + "sh:uniqueLang true .",
    "uniqueLang unasked": ON_P + "sh:uniqueLang false ; sh:minCount 1 .",
    "languageIn": ON_P + 'sh:languageIn ( "en" "cy" ) .',
    "not": ON_NODE + "sh:not [ sh:path ex:p ; sh:minCount 1 ] .",
    "and": ON_NODE
    + "sh:and ( [ sh:path ex:p ; sh:minCount 1 ] [ sh:path ex:q ; sh:maxCount 1 ] ) .",
    "or": ON_NODE
    + "sh:or ( [ sh:path ex:p ; sh:hasValue ex:a ] [ sh:path ex:q ; sh:nodeKind sh:IRI ; sh:minCount 1 ] ) .",
    "xone": ON_NODE
    + "sh:xone ( [ sh:path ex:p ; sh:minCount 1 ] [ sh:path ex:q ; sh:minCount 1 ] ) .",
    "or of values": ON_P + "sh:or ( [ sh:class ex:D ] [ sh:datatype xsd:integer ] ) .",
    "node with properties": ON_P + "sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ] .",
    "a deactivated part": ON_P + "sh:not [ sh:deactivated true ; sh:class ex:D ] .",
    "inverse path": ON_P.replace("ex:p", "[ sh:inversePath ex:p ]") + "sh:minCount 1 .",
    "sequence path": ON_P.replace("ex:p", "( ex:p ex:q )") + "sh:maxCount 0 .",
    "alternative path": ON_P.replace("ex:p", "[ sh:alternativePath ( ex:p ex:q ) ]")
    + "sh:maxCount 1 .",
    "zero or more": ON_P.replace("ex:p", "[ sh:zeroOrMorePath ex:p ]") + "sh:class ex:D .",
    "one or more": ON_P.replace("ex:p", "[ sh:oneOrMorePath ex:p ]") + "sh:class ex:D .",
    "zero or one": ON_P.replace("ex:p", "[ sh:zeroOrOnePath ex:p ]") + "sh:nodeKind sh:IRI .",
    "sequence of an inverse": ON_P.replace("ex:p", "( [ sh:inversePath ex:p ] ex:q )")
    + "sh:nodeKind sh:IRI .",
    "target node": ON_P.replace("sh:targetClass ex:C", "sh:targetNode ex:n0, ex:nowhere, 1")
    + "sh:minCount 1 .",
    "target subjects": ON_P.replace("sh:targetClass ex:C", "sh:targetSubjectsOf ex:q")
    + "sh:maxCount 1 .",
    "target objects": ON_P.replace("sh:targetClass ex:C", "sh:targetObjectsOf ex:q")
    + "sh:minCount 1 .",
    "several targets": ON_P.replace(
        "sh:targetClass ex:C", "sh:targetClass ex:C, ex:D ; sh:targetObjectsOf ex:p"
    )
    + "sh:minCount 1 .",
}
SELECTS = {
    "a plain pattern": "SELECT $this ?value WHERE { $this ex:p ?value . FILTER NOT EXISTS { ?value a ex:D } }",
    "a branch that only filters": "SELECT DISTINCT $this ?value WHERE { { $this ex:p ?value } UNION { ?value ex:p ex:a . FILTER ($this = ex:n0) } }",
    "a group that binds this": "SELECT DISTINCT $this ?value WHERE { { BIND ($this AS ?value) } FILTER EXISTS { ?value ex:q ?any } }",
    "a path": "SELECT DISTINCT $this ?value (ex:p AS ?path) WHERE { $this ex:p/ex:q? ?value . ?value a ex:D }",
    "a count": "SELECT $this (COUNT(?one) AS ?value) WHERE { $this ex:p ?one } GROUP BY $this HAVING (COUNT(?one) > 1)",
    "a sub-select": "SELECT DISTINCT $this ?value WHERE { { SELECT $this (COUNT(?one) AS ?value) WHERE { $this ex:p ?one } GROUP BY $this } FILTER (?value > 1) }",
    "an optional": "SELECT DISTINCT $this ?value WHERE { $this ex:p ?value OPTIONAL { $this ex:q ?other FILTER (?other = ?value) } FILTER (!BOUND(?other)) }",
    "a chain inside exists": "SELECT DISTINCT $this ?value WHERE { $this ex:p ?value FILTER NOT EXISTS { ?value ex:p*/ex:q ?far . ?far ex:p ?more . $this ex:q ?own . FILTER (?own != ?more) FILTER EXISTS { ?more ex:p? ?own } } }",
    "exists in a disjunction": "SELECT DISTINCT $this WHERE { $this a ex:C FILTER (EXISTS { $this ex:p ?x ; ex:q ?y , ?z . ?y a ?t } || !EXISTS { ?x ex:q $this ; a ex:D }) }",
    "an optional inside exists": "SELECT DISTINCT $this WHERE { $this a ex:C FILTER EXISTS { $this ex:p ?x OPTIONAL { ?x ex:q ?y } FILTER (!BOUND(?y)) } }",
    "no value": "SELECT $this WHERE { $this ex:q ?any }",
}
LITERALS = (
    "1", "2", '"x"', '"X"', '"x"@en', '"y"@en', '"z"@cy', '"w"@fr', '"2025-01-01"^^xsd:date',
    '"2025-12-31"^^xsd:date', "true", "2.5",
)  # fmt: skip
ILL_TYPED = (*LITERALS, '"maybe"^^xsd:boolean', '"2.5"^^xsd:integer', '"2025-02-30"^^xsd:date')
TEXTS = ('"x"@en', '"y"@en', '"x"@cy', '"x"')
NUMBERS = ("1", "2", "3", "2.0", "2.5")
DAYS = tuple(f'"2025-{month}-01"^^xsd:date' for month in ("01", "03", "06", "09"))
KINDS = {
    "sh:datatype": ILL_TYPED, "sh:uniqueLang": TEXTS, "sh:maxInclusive": DAYS, "sh:maxExclusive": NUMBERS,
    "sh:minInclusive": NUMBERS, "sh:minExclusive": NUMBERS, "sh:lessThan": DAYS,
}  # fmt: skip
"""Literals of one kind for what compares them: pyshacl says that what cannot be compared is in order."""


def rule_of(folder: Path, text: str) -> catalogue.Rule:
    path = folder / "tested" / "rule.ttl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + text + "rule:tested " + SAID)
    return catalogue.read(path)


def with_select(query: str, more: str = "") -> str:
    shape = ON_NODE.replace(MESSAGE, 'sh:message "{$this} is wrong."@en').rstrip("; ")
    return (
        f"{shape} ; sh:sparql <https://w3id.org/vires/rule/tested#constraint> {more} . "
        "<https://w3id.org/vires/rule/tested#constraint> a sh:SPARQLConstraint ; "
        f'sh:select """{query.replace("ex:", "vires:")}""" ; sh:prefixes <https://w3id.org/vires/ns> .'
    )


def world(seed: int, selects: bool = False, literals: tuple[str, ...] = LITERALS) -> Snapshot:
    """A small graph where everything that a constraint could meet is met sometimes."""
    dice = random.Random(seed)
    share = 0.4 if literals in (LITERALS, ILL_TYPED) else 0.0
    nodes = [f"ex:n{i}" for i in range(5)] + ["ex:a"]
    lines = [f"ex:n{i} a {dice.choice(('ex:C', 'ex:C', 'ex:D', 'ex:E'))} ." for i in range(5)]
    lines.append("ex:E rdfs:subClassOf ex:C .")
    for _ in range(16):
        subject, prop = dice.choice(nodes), dice.choice(("ex:p", "ex:q"))
        value = dice.choice(nodes if selects or dice.random() < share else literals)
        lines.append(f"{subject} {prop} {value} .")
    text = HEAD + "\n".join(lines)
    if selects:
        text = text.replace("ex:", "v:").replace("@prefix v: <https://example.org/> .", "")
    return from_quads(ingest.quads(text.encode(), ox.RdfFormat.TURTLE, "a world"))


@pytest.mark.parametrize("text", CORE.values(), ids=CORE)
def test_core_means_what_pyshacl_finds(text: str, tmp_path: Path) -> None:
    rule = rule_of(tmp_path, text)
    kind = next((kind for name, kind in KINDS.items() if name in text), LITERALS)
    fired = 0
    for seed in range(12):
        snapshot = world(seed, literals=kind)
        found = live.evidence(snapshot, rule, NONE)
        expected = reference.Record(snapshot, NONE).evidence(rule)
        assert found.foci == expected.foci
        assert {hit.key for hit in found.hits} == {hit.key for hit in expected.hits}, seed
        fired += len(found.hits)
    assert fired, "no world breaks it, so the worlds show nothing"


@pytest.mark.parametrize("query", SELECTS.values(), ids=SELECTS)
def test_a_select_means_what_pyshacl_finds(query: str, tmp_path: Path) -> None:
    rule = rule_of(tmp_path, with_select(query).replace("ex:C", "v:C"))
    fired = 0
    for seed in range(12):
        snapshot = world(seed, selects=True)
        found = live.evidence(snapshot, rule, NONE)
        assert found == reference.Record(snapshot, NONE).evidence(rule), seed
        fired += len(found.hits)
        for node in found.foci:
            alone = live.evidence(snapshot, rule, NONE, frozenset({node}))
            assert alone.hits == tuple(hit for hit in found.hits if hit.focus == node)
    assert fired


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ON_NODE + "sh:property [ sh:path ex:p ; sh:minCount 1 ] .", "sh:property"),
        (ON_P + "sh:qualifiedValueShape [ sh:class ex:D ] .", "sh:qualifiedValueShape"),
        (ON_NODE + "sh:closed true .", "sh:closed"),
        (ON_P + "sh:minCount 9 .", "sh:minCount` over 8"),
        (ON_P + 'sh:minCount "x" .', "is no number"),
        (ON_P + "sh:datatype ex:D .", "sh:datatype"),
        (ON_P + "sh:nodeKind ex:D .", "no kind of node"),
        (ON_NODE + "sh:minCount 1 .", "needs `sh:path`"),
        (ON_NODE + ".", "constrains nothing"),
        (ON_P.replace("sh:targetClass ex:C ;", "") + "sh:minCount 1 .", "no target"),
        (ON_P.replace("ex:p", "[ ex:q ex:p ]") + "sh:minCount 1 .", "no path of SHACL"),
        (ON_P.replace("{$this}", "{?other}") + "sh:minCount 1 .", "may name"),
        (with_select("SELECT $this WHERE { $this a ex:C MINUS { $this ex:p ?x } }"), "MINUS"),
        (with_select("SELECT $this WHERE { VALUES ?x { 1 } $this a ex:C }"), "VALUES"),
        (with_select("SELECT $this WHERE { SERVICE <urn:x> { $this a ex:C } }"), "SERVICE"),
        (with_select("SELECT $this FROM <urn:g> WHERE { $this a ex:C }"), "FROM"),
        (with_select("SELECT $this WHERE { GRAPH $shapesGraph { $this a ex:C } }"), "GRAPH"),
        (with_select("SELECT $this WHERE { $this ex:p $currentShape }"), "currentShape"),
        (with_select("SELECT $this WHERE { $this a ex:C } LIMIT 1"), "LIMIT"),
        (with_select("SELECT ?x WHERE { ?x a ex:C }"), "does not return `.this`"),
        (with_select("SELECT $this WHERE { { SELECT ?x WHERE { ?x a ex:C } } }"), "does not return"),
        (with_select("SELECT $this WHERE { BIND (ex:a AS $this) }"), "bound already"),
        (with_select("SELECT $this WHERE { $this a no:C }"), "prefix `no:`"),
        (with_select("ASK { $this a ex:C }"), "ASK"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="rule `tested`") as refused:
        compiled(rule_of(tmp_path, text))
    import re

    assert re.search(said, str(refused.value))


def test_a_rule_that_says_too_little_is_refused(tmp_path: Path) -> None:
    for part in ("rdfs:label", "skos:definition", "v:why", "v:fix", "v:ruleLimits", "v:ruleId", "dcterms:source", "sh:severity"):  # fmt: skip
        said = SAID.replace(part, "ex:other")
        path = tmp_path / "tested" / "rule.ttl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + ON_P + "sh:minCount 1 . rule:tested " + said)
        with pytest.raises(RuleError, match="tested"):
            catalogue.read(path)
    with pytest.raises(RuleError, match="sh:message"):
        rule_of(tmp_path, ON_P.replace(MESSAGE, "rdfs:comment 1") + "sh:minCount 1 .")


def test_two_rules_of_one_key_are_refused(tmp_path: Path) -> None:
    for family in ("one", "two"):
        folder = tmp_path / "shapes" / family / "tested"
        folder.mkdir(parents=True)
        rule_of(folder.parent, ON_P + "sh:minCount 1 .")
    with pytest.raises(RuleError, match="rename one"):
        catalogue.rules(tmp_path)


def test_the_day_of_the_check_joins_like_a_statement() -> None:
    asked = "SELECT ?day ?soon WHERE { <https://w3id.org/vires/check> <https://w3id.org/vires/ns#asAt> ?day ; <https://w3id.org/vires/ns#soonUntil> ?soon . }"
    empty = from_quads([])
    _, rows = empty.select(sparql.on_days(asked, days(date(2026, 11, 25))))
    assert [[term.value for term in row if term] for row in rows] == [["2026-11-25", "2027-02-23"]]
    assert empty.select(sparql.on_days(asked, NONE))[1] == []
    with pytest.raises(RuleError, match="its days alone"):
        sparql.on_days("SELECT ?x WHERE { <https://w3id.org/vires/check> ?p ?x }", NONE)


@pytest.mark.parametrize(
    ("query", "put"),
    [
        (
            "SELECT * { ?a <p> ?b FILTER EXISTS { ?c <q>* ?d . ?b <p> ?c } }",
            "SELECT * { ?a <p> ?b FILTER EXISTS { ?b <p> ?c . FILTER EXISTS { ?c <q>* ?d . } } }",
        ),
        (
            'SELECT * { ?a <p> ?b FILTER EXISTS { ?b <p> "x"@en , 1.5 ; <q> ?e FILTER (?e > 1) } }',
            'SELECT * { ?a <p> ?b FILTER EXISTS { ?b <p> "x"@en . FILTER EXISTS { ?b <p> 1.5 . '
            "FILTER EXISTS { ?b <q> ?e . FILTER (?e > 1) } } } }",
        ),
        (
            "SELECT * { ?a <p> ?b FILTER EXISTS { ?b <p> ?c OPTIONAL { ?c <p> ?d } } }",
            "SELECT * { ?a <p> ?b FILTER EXISTS { ?b <p> ?c OPTIONAL { ?c <p> ?d } } }",
        ),
    ],
)
def test_what_exists_is_asked_in_steps_from_what_is_known(query: str, put: str) -> None:
    assert text_of(stepped(tokens(query))) == put
