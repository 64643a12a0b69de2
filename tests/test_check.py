"""`vires check` says how each rule comes out, in six forms, and what is found stays with the record."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from typer.testing import CliRunner

from vires import checking, ingest, validate
from vires.cli import app
from vires.config import Settings
from vires.errors import MalformedError, StoreError, UsageError, ViresError
from vires.store import Reader, Snapshot, commit, from_quads
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph
from vires.validate import standing
from vires.validate.day import days
from vires.validate.evidence import Outcome

TODAY = date(2026, 11, 25)
LATE = "is-signed-before-it-begins"
HEAD = """
@prefix ex: <https://example.org/> . @prefix v: <https://w3id.org/vires/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rule: <https://w3id.org/vires/rule/> .
"""
SIGNED_LATE = """
ex:framework v:hasProfile ex:profile . ex:agreement a v:InformationSharingAgreement ; v:inFramework ex:framework .
ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; v:commencesOn "2025-01-01"^^xsd:date ; skos:prefLabel "The version"@en .
ex:s a v:Signature ; v:signs ex:v ; v:onBehalfOf ex:council ; v:signedOn "2025-02-01"^^xsd:date ; skos:prefLabel "Signature of the council"@en .
ex:council skos:prefLabel "The council"@en .
"""
ACCEPTED = """
ex:lead skos:prefLabel "Information governance lead"@en .
ex:a a v:AcceptedFinding ; v:acceptsRule rule:is-signed-before-it-begins ; v:acceptsNode ex:s ; v:acceptedBy ex:lead ;
  v:acceptanceReason "The post was vacant." ; v:acceptedOn "2025-03-01"^^xsd:date ; v:acceptedUntil "%s"^^xsd:date .
"""
GRAVE = """
ex:x v:settingOf ex:profile ; v:setsRule rule:is-signed-before-it-begins ; v:ruleSeverity sh:Violation .
"""


def record(text: str) -> Snapshot:
    return from_quads(ingest.quads((HEAD + text).encode(), ox.RdfFormat.TURTLE, "a test"))


def late(text: str, **options: str) -> validate.Report:
    pool = validate.select(validate.rules(), [LATE])
    return validate.check(record(text), pool, TODAY, **options)  # type: ignore[arg-type]


def only_finding(text: str) -> validate.Finding:
    (finding,) = late(text).findings
    return finding


@pytest.mark.parametrize("engine", validate.ENGINES)
def test_a_finding_says_what_where_and_how_grave(engine: str) -> None:
    (finding,) = late(SIGNED_LATE, engine=engine).findings
    assert finding.focus == "https://example.org/s"
    assert finding.focus_label == "Signature of the council"
    assert finding.severity == "Warning"
    assert "1 February 2025" in finding.message
    assert "The council" in finding.message
    assert "{" not in finding.message


def test_both_engines_report_the_same() -> None:
    for rule in validate.rules():
        for path in rule.examples("fail")[:1]:
            snapshot = from_quads(ingest.file_quads(path))
            one, other = (
                validate.check(snapshot, [rule], TODAY, engine=engine)
                for engine in validate.ENGINES
            )
            assert (one.findings, one.silences, one.rows) == (
                other.findings,
                other.silences,
                other.rows,
            )


def test_a_profile_sets_the_severity_of_its_frameworks_things() -> None:
    assert only_finding(SIGNED_LATE + GRAVE).severity == "Violation"
    elsewhere = SIGNED_LATE.replace("v:hasProfile ex:profile", "v:hasProfile ex:other")
    assert only_finding(elsewhere + GRAVE).severity == "Warning"
    named = late(elsewhere + GRAVE, profile="https://example.org/profile").findings
    assert [finding.severity for finding in named] == ["Violation"]


def test_a_profile_is_named_by_its_iri_or_its_end() -> None:
    snapshot = record(SIGNED_LATE + GRAVE)
    assert validate.profile_of(snapshot, "profile") == "https://example.org/profile"
    with pytest.raises(UsageError, match=r"`none` names 0 profiles.*example\.org/profile"):
        validate.profile_of(snapshot, "none")


def test_an_accepted_finding_stays_marked_and_does_not_fail_the_run() -> None:
    report = late(SIGNED_LATE + GRAVE + ACCEPTED % TODAY.isoformat())
    (finding,) = report.findings
    assert finding.accepted == validate.Acceptance(
        "Information governance lead", "The post was vacant.", TODAY
    )
    assert not report.violations
    assert "accepted until 25 November 2026" in validate.as_text(report)


@pytest.mark.parametrize("until", ["2026-11-24", "2025-13-01"])
def test_an_acceptance_that_has_ended_or_has_no_end_counts_no_more(until: str) -> None:
    report = late(SIGNED_LATE + GRAVE + ACCEPTED % until)
    assert report.findings[0].accepted is None
    assert report.violations


def test_an_acceptance_to_come_does_not_count_yet() -> None:
    text = SIGNED_LATE + GRAVE + (ACCEPTED % "2027-12-31").replace("2025-03-01", "2026-12-01")
    assert late(text).violations


def test_silence_is_told_apart_from_met_and_violated() -> None:
    text = SIGNED_LATE.replace('v:signedOn "2025-02-01"^^xsd:date', "v:notStated v:signedOn")
    report = late(text)
    assert not report.findings
    assert [(s.focus, s.focus_label) for s in report.silences] == [
        ("https://example.org/s", "Signature of the council")
    ]
    assert report.rows[0].count(Outcome.CANNOT_TELL) == 1
    assert "cannot tell" in validate.as_table(report)


def test_findings_alone_are_those_of_the_whole_matrix() -> None:
    for rule in validate.rules():
        for path in (*rule.examples("fail")[:1], *rule.examples("unknown")[:1]):
            snapshot = from_quads(ingest.file_quads(path))
            whole, part = (
                validate.check(snapshot, [rule], TODAY, matrix=matrix) for matrix in (True, False)
            )
            assert (whole.findings, whole.silences) == (part.findings, part.silences), path


def test_the_things_named_are_checked_and_no_other() -> None:
    text = SIGNED_LATE + SIGNED_LATE.replace("ex:s ", "ex:t ")
    pool = validate.select(validate.rules(), [LATE])
    only = frozenset({ox.NamedNode("https://example.org/t")})
    for engine in validate.ENGINES:
        report = validate.check(record(text), pool, TODAY, only=only, engine=engine)
        assert [finding.focus for finding in report.findings] == ["https://example.org/t"]
        assert [focus for focus, _ in report.rows[0].outcomes] == ["https://example.org/t"]


@pytest.mark.parametrize(
    ("on", "lapsed", "soon"),
    [
        (date(2026, 5, 31), date(2026, 2, 28), date(2026, 8, 29)),
        (date(2024, 5, 31), date(2024, 2, 29), date(2024, 8, 29)),
        (date(2026, 1, 15), date(2025, 10, 15), date(2026, 4, 15)),
    ],
)
def test_the_days_of_a_check_are_computed(on: date, lapsed: date, soon: date) -> None:
    ns = "https://w3id.org/vires/ns#"
    found = dict(days(on).facts)
    assert found == {ns + "asAt": on, ns + "lapsedBefore": lapsed, ns + "soonUntil": soon}


def test_the_turtle_is_a_shacl_report() -> None:
    text = SIGNED_LATE + SIGNED_LATE.replace("ex:s ", "ex:t ").replace(
        'v:signedOn "2025-02-01"^^xsd:date', "v:notStated v:signedOn"
    )
    pool = validate.select(validate.rules(), [LATE])
    report = validate.check(record(text), pool, TODAY)
    graph = rdflib.Graph().parse(
        data=validate.as_turtle(report, {rule.key: rule for rule in pool}), format="turtle"
    )
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    (result,) = graph.objects(None, sh.result)
    assert graph.value(result, sh.focusNode) == rdflib.URIRef("https://example.org/s")
    assert graph.value(result, sh.sourceShape) == rdflib.URIRef(pool[0].iri)
    assert graph.value(result, sh.resultSeverity) == sh.Warning
    assert [str(said) for said in graph.objects(None, sh.conforms)] == ["false"]
    outcomes = list(graph.objects(None, rdflib.URIRef("https://w3id.org/vires/ns#outcome")))
    assert outcomes == [rdflib.URIRef("https://w3id.org/vires/outcome/cannot-tell")]


def test_a_path_of_several_steps_is_reported_whole() -> None:
    pool = validate.select(validate.rules(), ["flags-are-true-or-false"])
    report = validate.check(record('ex:x v:mandatory "yes" .'), pool, TODAY)
    text = validate.as_turtle(report, {rule.key: rule for rule in pool})
    graph = rdflib.Graph().parse(data=text, format="turtle")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    (path,) = graph.objects(None, sh.resultPath)
    steps = graph.value(path, sh.alternativePath)
    assert rdflib.URIRef("https://w3id.org/vires/ns#mandatory") in graph.items(steps)


def test_sarif_has_the_level_the_place_and_the_suppression() -> None:
    pool = {rule.key: rule for rule in validate.select(validate.rules(), [LATE])}
    log = json.loads(validate.as_sarif(late(SIGNED_LATE + ACCEPTED % "2027-01-01"), pool))
    (run,) = log["runs"]
    (result,) = run["results"]
    assert log["version"] == "2.1.0"
    assert (result["ruleId"], result["level"], result["kind"]) == (LATE, "warning", "fail")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == LATE
    place = result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    assert place == "https://example.org/s"
    assert result["suppressions"][0]["status"] == "accepted"


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    text = SIGNED_LATE.replace("Signature of the council", "=cmd()")
    rows = list(csv.DictReader(io.StringIO(validate.as_csv(late(text)))))
    assert [row["label"] for row in rows] == ["'=cmd()"]
    assert rows[0]["severity"] == "should"


def test_json_has_the_whole_matrix() -> None:
    found = json.loads(validate.as_json(late(SIGNED_LATE)))
    assert found["rules"][0]["outcomes"]["violated"] == ["https://example.org/s"]
    assert found["conforms"] is False
    assert found["as_at"] == "2026-11-25"


def test_rules_are_named_by_key_number_family_or_iri() -> None:
    pool = validate.rules()
    (one,) = validate.select(pool, [LATE])
    assert validate.select(pool, [one.iri]) == (one,)
    assert one in validate.select(pool, [one.number.lower()])
    assert {rule.family for rule in validate.select(pool, ["record"])} == {"record"}
    assert validate.select(pool, []) == pool
    with pytest.raises(UsageError, match="`no-such` is no rule"):
        validate.select(pool, ["no-such"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "pdf"], "text, table, json, ttl, sarif, csv"),
        (["--engine", "magic"], "compiled, reference"),
        (["--rule", "none"], "is no rule"),
        (["--on", "tomorrow"], "YYYY-MM-DD"),
        (["--area", "a", "--agreement", "b"], "one of them at a time"),
        (["no-such.ttl"], "no-such.ttl"),
    ],
)
def test_misuse_is_told_apart(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["check", *arguments])
    assert isinstance(result.exception, ViresError)
    assert said in str(result.exception)
    assert result.exception.exit_code == 2


def test_the_command_ends_with_1_where_something_must_be_mended(tmp_path: Path) -> None:
    def ends_with(text: str) -> tuple[int, str]:
        path = tmp_path / "record.ttl"
        path.write_text(HEAD + text)
        result = CliRunner().invoke(app, ["check", str(path), "--rule", LATE, "--on", "2026-11-25"])
        return result.exit_code, result.stdout

    code, text = ends_with(SIGNED_LATE)
    assert code == 0
    assert f"should (R16 {LATE})" in text
    code, text = ends_with(SIGNED_LATE + GRAVE)
    assert code == 1
    assert f"must (R16 {LATE})" in text
    assert ends_with(SIGNED_LATE + GRAVE + ACCEPTED % "2027-01-01")[0] == 0


def test_an_area_or_an_agreement_that_is_not_there_is_named() -> None:
    snapshot = record(SIGNED_LATE)
    for request in (checking.Request(area="nowhere"), checking.Request(agreement="nothing")):
        with pytest.raises(UsageError, match="the record has none of that key"):
            checking.run(snapshot, request, TODAY)


def graph_of(name: str, text: str) -> Graph:
    iri = f"https://example.org/graph/{name}"
    found = ingest.quads((HEAD + text).encode(), ox.RdfFormat.TURTLE, name, graph=iri)
    return Graph(iri, found, graph_hash(found), "public")


def test_a_malformed_record_is_refused_and_the_old_one_stands(tmp_path: Path) -> None:
    first = commit(tmp_path, [graph_of("a", SIGNED_LATE)], judge=standing.judge(TODAY))
    broken = SIGNED_LATE.replace('"2025-01-01"^^xsd:date', '"1 January 2025"')
    with pytest.raises(MalformedError, match=r"example\.org/v.*`1 January 2025`"):
        commit(tmp_path, [graph_of("a", broken)], judge=standing.judge(TODAY))
    settings = Settings(state=tmp_path)
    assert (tmp_path / "CURRENT").read_text().strip() == first
    assert len(Reader(settings).current()) == len(graph_of("a", SIGNED_LATE).quads)


def test_a_thing_with_two_homes_is_refused() -> None:
    with pytest.raises(MalformedError, match=r"example\.org/council.*in 2 graphs"):
        standing.refuse_strays(
            [
                graph_of("a", "ex:council a v:Organisation ."),
                graph_of("b", "ex:council a v:PublicBody ."),
            ]
        )
    standing.refuse_strays(
        [graph_of("a", "ex:s a v:Signature ."), graph_of("b", "ex:s v:signedBy ex:post .")]
    )


def test_what_is_found_is_kept_with_its_first_day(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path)
    commit(tmp_path, [graph_of("a", SIGNED_LATE)], judge=standing.judge(date(2026, 10, 1)))
    more = (
        SIGNED_LATE
        + 'ex:t a v:Signature ; v:signs ex:v ; v:onBehalfOf ex:other ; v:signedOn "2025-03-01"^^xsd:date .'
    )
    commit(tmp_path, [graph_of("a", more)], judge=standing.judge(TODAY))
    text = Reader(settings).findings()
    assert text is not None
    found = standing.from_json(text)
    days_of = {f.focus: since for f, since in found.findings if f.rule == LATE}
    assert found.as_at == TODAY
    assert days_of == {"https://example.org/s": date(2026, 10, 1), "https://example.org/t": TODAY}


def test_a_small_change_finds_what_a_full_check_finds(tmp_path: Path) -> None:
    more = 'ex:t a v:Signature ; v:signs ex:v ; v:onBehalfOf ex:other ; v:signedOn "2025-03-01"^^xsd:date .'
    own, whole = tmp_path / "own", tmp_path / "whole"
    for text in (SIGNED_LATE, SIGNED_LATE + more, SIGNED_LATE.replace("2025-01-01", "2024-12-01")):
        commit(own, [graph_of("a", text)], judge=standing.judge(TODAY))
        shutil.rmtree(whole, ignore_errors=True)
        commit(whole, [graph_of("a", text)], judge=standing.judge(TODAY))
        texts = [Reader(Settings(state=state)).findings() for state in (own, whole)]
        found = [standing.from_json(text or "") for text in texts]
        # What changed since the check before is known to the one that had a check before.
        assert replace(found[0], changes=()) == replace(found[1], changes=())
        assert not found[1].changes
    broken = SIGNED_LATE.replace('"2025-01-01"^^xsd:date', '"1 January 2025"')
    with pytest.raises(MalformedError, match=r"`1 January 2025`"):
        commit(own, [graph_of("a", broken)], judge=standing.judge(TODAY))


def test_findings_that_are_damaged_are_named() -> None:
    with pytest.raises(StoreError, match="damaged"):
        standing.from_json('{"as_at": 3}')


def test_a_record_without_findings_has_none(tmp_path: Path) -> None:
    commit(tmp_path, [graph_of("a", SIGNED_LATE)])
    assert Reader(Settings(state=tmp_path)).findings() is None
