"""The health check: what was found is shown with its thing, rule, owner and day, and stops nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import openpyxl
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.browser.shipped import DAY, VERDICTS, Held, findings, query, questions, snapshot
from vires import ingest, terms
from vires.addresses import path_of
from vires.config import Settings
from vires.decide import HEADINGS, URGENT
from vires.health import Health, Kind, Standing, calendar, health, table
from vires.health.feeds import Feed, to_calendar
from vires.registers import choose, facets, rows
from vires.registers.model import natural, slug
from vires.store import Reader, Snapshot, commit, from_quads
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph
from vires.validate import rules, standing
from vires.web import create_app

ATOM = "{http://www.w3.org/2005/Atom}"
LATE = "is-signed-before-it-begins"
PREFIXES = """PREFIX v: <https://w3id.org/vires/ns#> PREFIX ex: <https://example.org/id/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX org: <http://www.w3.org/ns/org#> PREFIX r: <https://w3id.org/vires/rule/>
"""


def quads(text: str) -> tuple[ox.Quad, ...]:
    """The statements of a small record."""
    return ingest.quads((PREFIXES + text).encode(), ox.RdfFormat.TURTLE, "test")


def graph_of(text: str, access: str = "public", name: str = "a") -> Graph:
    """A small record as a graph to commit."""
    iri = f"https://example.org/graph/{name}"
    found = ingest.quads((PREFIXES + text).encode(), ox.RdfFormat.TURTLE, name, graph=iri)
    return Graph(iri, found, graph_hash(found), access)


def small(text: str) -> FlaskClient:
    """A visitor of the site of a small record that no rule was run on."""
    held = Held(from_quads(graph_of(text).quads))
    return create_app(Settings(), held, today=lambda: DAY).test_client()


@cache
def shipped() -> Health:
    return health(snapshot(), findings(), DAY)


class Reading:
    """A reader of the shipped record whose findings are what a test says; it counts the asking."""

    def __init__(self, text: object) -> None:
        self.text, self.asked = text, 0

    def current(self) -> Snapshot:
        return snapshot()

    def findings(self, _: Snapshot) -> str | None:
        self.asked += 1
        if isinstance(self.text, Exception):
            raise self.text
        assert self.text is None or isinstance(self.text, str)
        return self.text


STATES = {
    "found": Standing.CHECKED,
    "none found": Standing.CHECKED,
    "not run yet": Standing.PENDING,
    "cannot be read": Standing.UNREADABLE,
    "damaged": Standing.UNREADABLE,
}


def reader(state: str) -> Reading:
    """A reader in one of the states that findings may be in."""
    none = json.dumps({"as_at": DAY.isoformat(), "findings": [], "silences": []})
    texts: dict[str, object] = {
        "found": findings(),
        "none found": none,
        "not run yet": None,
        "cannot be read": OSError("/secret/place marker-9f3"),
        "damaged": '{"as_at": 3}',
    }
    return Reading(texts[state])


# R59: no finding hides or delays an answer or the urgent statement


@pytest.mark.parametrize("verdict", VERDICTS)
def test_an_answer_is_the_same_bytes_whatever_the_rules_found(verdict: str) -> None:
    asked = query(questions()[verdict])
    told: dict[str, set[bytes]] = {"page": set(), "api": set()}
    for state in STATES:
        held = reader(state)
        site = create_app(Settings(), held, today=lambda: DAY).test_client()
        page, api = site.get(f"/answer?{asked}"), site.get(f"/api/ask?{asked}")
        assert (page.status_code, api.status_code) == (200, 200)
        assert HEADINGS[verdict] in page.text
        assert api.json["verdict"] == verdict
        told["page"].add(page.data)
        told["api"].add(api.data)
        assert held.asked == 0, "an answer does not so much as look at what was found"
    assert [len(told[kind]) for kind in told] == [1, 1]


def first_in_header(text: str) -> str:
    header = text[text.index("<header") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", "", header)).split())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "path",
    ["/", "/ask", "/guidance/emergency", "/health-check", "/rules", "/doc/agreement/marac",
     "/doc/rule/" + LATE, "/no-such-page"],
)  # fmt: skip
def test_the_urgent_statement_is_first_whatever_the_rules_found(path: str, state: str) -> None:
    held = reader(state)
    response = create_app(Settings(), held, today=lambda: DAY).test_client().get(path)
    assert response.status_code == (404 if path == "/no-such-page" else 200)
    assert first_in_header(response.text).startswith(URGENT)
    assert "marker-9f3" not in response.text


@pytest.mark.parametrize("state", STATES)
def test_the_health_check_says_how_far_it_knows(state: str) -> None:
    site = create_app(Settings(), reader(state), today=lambda: DAY).test_client()
    page, home = site.get("/health-check"), site.get("/")
    said = {
        Standing.CHECKED: "The rules were run on 22 November 2026",
        Standing.PENDING: "The rules have not been run on this record yet",
        Standing.UNREADABLE: "cannot be read now",
    }
    for other, words in said.items():
        assert (words in page.text) == (other is STATES[state])
    assert ("not yet known" in home.text) == (STATES[state] is not Standing.CHECKED)
    assert "fell due for review" in page.text or state == "found"  # what is dated is always shown
    assert shipped().of(Kind.CHANGED)
    beside = site.get("/doc/agreement/marac").text
    assert ("Not yet known" in beside) == (STATES[state] is not Standing.CHECKED)


# What was found


def listed(client: FlaskClient, address: str = "/health-check.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text)))


def test_every_finding_is_listed_with_its_words_rule_and_day(client: FlaskClient) -> None:
    kept = json.loads(findings())
    assert len(kept["findings"]) > 20
    claims = {rule.key: rule.claim for rule in rules()}
    said = {"Violation": "Must", "Warning": "Should", "Info": "Advisory"}
    lines = {
        (line["What is said of it"], line["IRI"], line["Rule"], line["Severity"],
         line["First found, due or changed on"])
        for line in listed(client) if line["Outcome"] in ("Not met", "Soon")
    }  # fmt: skip
    for one in kept["findings"]:
        told = (one["message"], one["focus"], claims[one["rule"]], said[one["severity"]])
        assert (*told, one["since"]) in lines
    silent = {
        (line["IRI"], line["Rule"]) for line in listed(client, "/health-check.csv?kind=cannot-tell")
    }
    assert silent == {(one["focus"], claims[one["rule"]]) for one in kept["silences"]}


def test_a_page_of_the_list_names_thing_rule_and_owning_role(client: FlaskClient) -> None:
    page = client.get("/health-check?kind=not-met&severity=must").text
    found = [one for one in shipped().of(Kind.NOT_MET) if one.severity == "must"]
    assert 0 < len(found) <= 25
    for one in found:
        assert unescape(page).count(one.sentence) == 1
        assert f'href="{path_of(one.thing)}"' in page
        assert f'href="{path_of(one.rule.iri)}"' in page
        assert one.owners, one.sentence
        for owner in one.owners:
            assert owner in page
    assert client.get("/health-check?about=agreement/warrington-adult-safeguarding").text.count(
        "Owner: not recorded"
    )


# How to mend it, and whose it is


def worded(fix: str) -> re.Pattern[str]:
    """A fix, in which words in quotes may stand for the key of a term."""
    parts = re.split("`[^`]+`", fix)
    return re.compile(".+".join(map(re.escape, parts)) + "$")


def test_each_row_says_how_to_mend_it(client: FlaskClient) -> None:
    fixes = {rule.claim: rule.fix for rule in rules()}
    seen = set()
    for row in listed(client):
        fix, mend = fixes.get(row["Rule"], ""), row["How to mend it"]
        seen.add(row["Outcome"])
        if row["Outcome"] == "Changed":
            assert mend == "nothing to mend"  # it has happened
        elif row["Outcome"] == "Cannot tell":
            # What is not known is found out first: the fix of a fault may not be called for.
            assert mend.startswith("Find out what the source leaves unsaid")
            assert worded(fix).search(mend)
        else:
            assert worded(fix or "nothing to mend").match(mend)
        assert "`" not in mend
    assert seen == {kind.value for kind in Kind}
    page = unescape(client.get("/health-check?kind=not-met&severity=must").text)
    for one in shipped().of(Kind.NOT_MET):
        if one.severity == "must":
            assert one.mend
            assert f"How to mend it: {one.mend}" in page


def test_a_fix_names_terms_as_pages_do() -> None:
    said = {line.mend for line in shipped().lines if "`reliesOnPower`" in line.rule.fix}
    assert said
    assert all("'Relies on power'" in one for one in said)
    said = {line.mend for line in shipped().lines if "`permitsData`" in line.rule.fix}
    assert said
    # A label that would sound like a verdict is not shown (decision.md section 7).
    assert all("'Of this information'" in one and "permits" not in one for one in said)


OWNED = """ex:a a v:InformationSharingAgreement ; skos:prefLabel "The agreement"@en ; v:ownerRole ex:guardian .
ex:v a v:SharingAgreementVersion ; v:versionOf ex:a ; v:reviewDueOn "2026-12-24"^^xsd:date .
ex:p v:participatesIn ex:v ; v:participant ex:trust . ex:q v:participatesIn ex:v ; v:participant ex:council .
ex:m v:signs ex:v ; v:onBehalfOf ex:council ; v:signedOn "2026-12-24"^^xsd:date .
ex:guardian skos:prefLabel "Caldicott Guardian"@en . ex:trust skos:prefLabel "The trust"@en .
ex:council skos:prefLabel "The council"@en . ex:post org:role ex:guardian . ex:other org:role ex:guardian .
"""


@pytest.mark.parametrize(
    ("more", "owners"),
    [
        ("", ("Caldicott Guardian",)),
        ("ex:stranger org:hasPost ex:post .", ("Caldicott Guardian",)),
        ("ex:trust org:hasPost ex:post .", ("Caldicott Guardian, The trust",)),
        (
            "ex:trust org:hasPost ex:post . ex:council org:hasPost ex:other .",
            ("Caldicott Guardian, The council", "Caldicott Guardian, The trust"),
        ),
        (
            'ex:trust org:hasPost ex:post . ex:p v:participatesUntil "2026-11-21"^^xsd:date .',
            ("Caldicott Guardian",),
        ),
    ],
)
def test_the_owner_is_a_role_with_the_bodies_that_have_its_post(
    more: str, owners: tuple[str, ...]
) -> None:
    found = health(from_quads(quads(OWNED + more)), None, DAY)
    (line,) = (one for one in found.lines if "falls due for review" in one.sentence)
    assert (line.roles, line.owners) == (("Caldicott Guardian",), owners)


def test_a_line_of_one_body_is_owned_there() -> None:
    text = (
        OWNED
        + """ex:trust org:hasPost ex:post . ex:council org:hasPost ex:other .
    ex:a1 v:acceptsNode ex:m ; v:acceptsRule r:side-has-one-role ; v:acceptedUntil "2026-12-24"^^xsd:date ."""
    )
    found = health(from_quads(quads(text)), None, DAY)
    (line,) = (one for one in found.lines if one.thing.endswith("/m"))
    assert line.owners == ("Caldicott Guardian, The council",)


def test_the_page_and_the_downloads_name_role_and_body(client: FlaskClient) -> None:
    words = "Caldicott Guardian, Black Country Healthcare NHS Foundation Trust"
    rows_ = listed(client, "/health-check.csv?owner=caldicott-guardian")
    assert {row["Owning role"] for row in rows_} == {"Caldicott Guardian"}
    assert words in {owner for row in rows_ for owner in row["Owner"].split("; ")}
    assert f"Owner: {words}" in client.get("/health-check?owner=caldicott-guardian").text
    assert f"Owner: {words}" in client.get("/health-check.atom?owner=caldicott-guardian").text
    assert f"Owner: {words}" in client.get("/doc/agreement/mental-health-aftercare").text


def test_each_page_of_the_list_is_light(client: FlaskClient) -> None:
    for number in range(1, -(-len(shipped().lines) // 25) + 1):
        for order in ("", "&sort=thing", "&sort=rule"):
            response = client.get(f"/health-check?page={number}{order}")
            assert response.status_code == 200
            assert len(response.data) < 100_000


# Findings of the agreements of a party


@cache
def taking_part() -> dict[str, set[str]]:
    """The agreements and versions of each party today, read without any view."""
    stated: dict[str, dict[str, list[str]]] = {}
    for quad in snapshot().quads():
        own = stated.setdefault(quad.subject.value, {})
        own.setdefault(quad.predicate.value.rpartition("#")[2], []).append(quad.object.value)
    found: dict[str, set[str]] = {}
    for part in stated.values():
        for party in part.get("participant", ()):
            if any(day < DAY.isoformat() for day in part.get("participatesUntil", ())):
                continue
            for version in part["participatesIn"]:
                things = {version, *stated[version].get("versionOf", ())}
                found.setdefault(party, set()).update(things)
    return found


def test_the_list_is_filtered_by_the_owner_of_each_line(client: FlaskClient) -> None:
    mine = "Information asset owner, City of Wolverhampton Council"
    every = listed(client)
    asked = "whose=information-asset-owner-city-of-wolverhampton-council"
    found = listed(client, f"/health-check.csv?{asked}")
    assert found == [row for row in every if mine in row["Owner"].split("; ")]
    assert 3 < len(found) < len(every)
    page = client.get(f"/health-check?{asked}").text
    assert f"Owner: {mine}" in page
    assert client.get(f"/health-check.ics?{asked}").status_code == 200


def test_an_owner_of_a_day_to_come_alone_can_follow_the_calendar(client: FlaskClient) -> None:
    owned = {owner for line in shipped().lines for owner in line.owners}
    ahead = {owner for line in shipped().ahead for owner in line.owners} - owned
    assert ahead
    for owner in ahead:
        asked = urlencode({"whose": slug(owner)})
        calendar = client.get(f"/health-check.ics?{asked}")
        assert calendar.status_code == 200
        days = Calendar.from_ical(calendar.data).walk("VEVENT")
        assert days
        assert all(owner in str(day["description"]) for day in days)


@pytest.mark.parametrize("field", ["rule", "about", "party"])
def test_the_choices_of_a_filter_stand_by_name(client: FlaskClient, field: str) -> None:
    page = client.get("/health-check").text
    select = page.partition(f'<select class="govuk-select vires-select" id="filter-{field}"')[2]
    offered = re.findall(
        r'<option value="[^"]+">([^<]+) \(\d+\)<', select.partition("</select>")[0]
    )
    named = [
        one for one in map(unescape, offered) if one not in {"none", "no rule", "not recorded"}
    ]
    assert len(named) > 20
    assert named == sorted(named, key=natural)


def test_the_list_is_filtered_by_party(client: FlaskClient) -> None:
    assert len(taking_part()) > 15
    for party, agreements in taking_part().items():
        own = [line for line in shipped().lines if line.concerned & agreements]
        key = (path_of(party) or "").removeprefix("/doc/")
        rows_ = listed(client, f"/health-check.csv?{urlencode({'party': key})}")
        told = [(row["IRI"], row["What is said of it"]) for row in rows_]
        assert told == [(line.thing, line.sentence) for line in own], party


def test_the_page_of_a_party_counts_what_is_found_of_its_agreements(client: FlaskClient) -> None:
    for party in taking_part():
        page = unescape(client.get(path_of(party) or "").text)
        part = page[page.index("Of agreements that it is party to") :]
        key = urlencode({"party": (path_of(party) or "").removeprefix("/doc/")})
        assert f'href="/health-check?{key}">All in the health check<' in part
        for kind, name in (
            ("not-met", "not met"),
            ("soon", "soon"),
            ("cannot-tell", "cannot tell"),
        ):
            number = len(listed(client, f"/health-check.csv?{key}&kind={kind}"))
            linked = f'href="/health-check?{key}&kind={kind}">{number} {name}<'
            assert (linked in part) == (number > 0), (party, kind)
            assert f"{number} {name}" in part
    assert "Of agreements that it is party to" not in client.get("/doc/agreement/mash").text


def test_a_party_without_checked_rules_is_not_counted_as_free_of_faults() -> None:
    site = create_app(Settings(), reader("not run yet"), today=lambda: DAY).test_client()
    page = site.get("/doc/org/gss-E08000031").text
    part = page[page.index("Of agreements that it is party to") :]
    assert "not met" not in part


def test_every_value_of_every_facet_gives_the_count_it_states() -> None:
    found = table(snapshot(), shipped(), DAY)
    for facet in facets(found, choose(found, [])):
        for option in facet.options:
            chosen = choose(found, [(facet.column.name, option.value.key)])
            assert not chosen.problems
            assert len(rows(found, chosen)) == option.count > 0
    assert {column.name for column in found.facets} >= {
        "kind", "severity", "owner", "rule", "about", "party", "standing", "family", "example",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", ["kind=nonsense", "kind=<script>", "rule=r99", "sort=found", "page=0", "colour=red"]
)
def test_a_wrong_address_is_one_clear_error(client: FlaskClient, wrong: str) -> None:
    name, value = wrong.split("=")
    for form in ("", ".atom", ".ics", ".csv", ".xlsx"):
        response = client.get(f"/health-check{form}?{urlencode({name: value})}")
        assert response.status_code == 400
        assert "This list could not be shown" in response.text
        assert "<script>" not in response.text
        assert first_in_header(response.text).startswith(URGENT)


def test_a_finding_that_a_role_lives_with_says_who_why_and_until_when(client: FlaskClient) -> None:
    kept = [one for one in json.loads(findings())["findings"] if one["accepted"]]
    assert len(kept) == 2
    page = client.get("/health-check?standing=accepted").text
    for one in kept:
        accepted = one["accepted"]
        until = date.fromisoformat(accepted["until"])
        words = f"by {accepted['role']} until {until.day} {until:%B %Y}: {accepted['reason']}"
        assert words in unescape(page)
        assert words in unescape(client.get(path_of(one["focus"]) or "").text)
    assert len(listed(client, "/health-check.csv?standing=accepted")) == len(kept)


# Soon and changed


def dated(text: str, today: date = DAY) -> list[tuple[Kind, str]]:
    found = health(from_quads(quads(text)), None, today)
    return [(line.kind, line.sentence) for line in found.lines]


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (0, Kind.SOON),
        (90, Kind.SOON),
        (91, None),
        (-1, Kind.CHANGED),
        (-90, Kind.CHANGED),
        (-91, None),
    ],
)
def test_soon_and_changed_reach_ninety_days_either_way(days: int, kind: Kind | None) -> None:
    on = DAY + timedelta(days)
    lines = dated(f'ex:v v:endsOn "{on}"^^xsd:date ; skos:prefLabel "The version"@en .')
    assert [found for found, _ in lines] == ([kind] if kind else [])


WATCHED = {
    'ex:t v:reviewDueOn "%s"^^xsd:date .': "falls due for review on",
    'ex:t v:commencesOn "%s"^^xsd:date .': "starts on",
    'ex:t v:inForceFrom "%s"^^xsd:date .': "comes into force on",
    'ex:t v:inForceUntil "%s"^^xsd:date .': "is in force for the last day on",
    'ex:t v:plannedFrom "%s"^^xsd:date .': "is planned to come into force on",
    'ex:t a v:AppropriatePolicyDocument ; v:validUntil "%s"^^xsd:date .': "is valid for the last day on",
    'ex:t a v:LegalCondition ; v:validFrom "%s"^^xsd:date .': "becomes valid on",
    'ex:p v:participatesIn ex:t ; v:participant ex:o ; v:participatesUntil "%s"^^xsd:date .': "loses the party The other on",
    'ex:m v:inCommunity ex:t ; org:member ex:o ; v:memberFrom "%s"^^xsd:date .': "gains the member The other on",
    'ex:t v:hadStatusEvent ex:e . ex:e v:occurredOn "%s"^^xsd:date ; v:resultsInStatus ex:o .': "is to reach the status The other on",
    'ex:t v:occurredOn "%s"^^xsd:date ; org:originalOrganization ex:o .': "takes effect on",
    'ex:a v:acceptsNode ex:t ; v:acceptsRule r:side-has-one-role ; v:acceptedUntil "%s"^^xsd:date .': "has a finding that is accepted for the last day on",
}


@pytest.mark.parametrize("text", WATCHED)
def test_each_kind_of_day_is_watched_and_worded(text: str) -> None:
    names = ' ex:t skos:prefLabel "The thing"@en . ex:o skos:prefLabel "The other"@en .'
    lines = dated(text % "2027-01-02" + names)
    assert lines == [(Kind.SOON, f"The thing {WATCHED[text]} 2 January 2027.")]
    (past,) = dated(text % "2026-10-02" + names)
    assert past[0] is Kind.CHANGED
    assert past[1].endswith("on 2 October 2026.")
    assert past[1] != lines[0][1].replace("2 January 2027", "2 October 2026")


def test_a_day_that_is_none_is_left_out() -> None:
    assert dated('ex:v v:endsOn "soon" . ex:w v:endsOn "2027-02-30"^^xsd:date .') == []


SIGNED = """ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; v:commencesOn "2025-01-06"^^xsd:date .
ex:agreement a v:InformationSharingAgreement ; skos:prefLabel "The agreement"@en ; v:ownerRole ex:role .
ex:role skos:prefLabel "Information asset owner"@en . ex:o skos:prefLabel "The council"@en .
ex:s a v:Signature ; v:signs ex:v ; v:onBehalfOf ex:o ; v:signedOn "%s"^^xsd:date .
"""


def loaded(state: Path, text: str, on: date, **more: str) -> Health:
    commit(state, [graph_of(text, **more)], judge=standing.judge(on))
    held = Reader(Settings(state=state))
    return health(held.current(), held.findings(held.current()), on)


def changes(found: Health, rule: str = LATE) -> list[tuple[str, date | None]]:
    """What was found anew or no more, by the first words and the day."""
    return [
        (line.sentence.split(": ")[0], line.on)
        for line in found.of(Kind.CHANGED)
        if line.rule.iri.endswith(rule) and line.severity
    ]


def test_what_one_check_finds_and_the_last_did_not_is_told_for_ninety_days(tmp_path: Path) -> None:
    good, late = SIGNED % "2024-12-01", SIGNED % "2025-04-01"
    first = loaded(tmp_path, good, DAY)
    assert changes(first) == []
    worse = loaded(tmp_path, late, DAY + timedelta(1))
    assert changes(worse) == [("Newly found", DAY + timedelta(1))]
    (line,) = (one for one in worse.of(Kind.NOT_MET) if one.rule.iri.endswith(LATE))
    assert (line.on, line.owners) == (DAY + timedelta(1), ("Information asset owner",))
    same = loaded(tmp_path, late + "ex:o v:hasType ex:kind .", DAY + timedelta(30))
    assert changes(same) == [("Newly found", DAY + timedelta(1))]
    better = loaded(tmp_path, good, DAY + timedelta(60))
    assert sorted(changes(better)) == [
        ("Newly found", DAY + timedelta(1)), ("No longer found", DAY + timedelta(60)),
    ]  # fmt: skip
    assert not [one for one in better.of(Kind.NOT_MET) if one.rule.iri.endswith(LATE)]
    later = loaded(tmp_path, good + "ex:o v:hasType ex:kind .", DAY + timedelta(100))
    assert changes(later) == [("No longer found", DAY + timedelta(60))]


def test_the_same_record_is_judged_anew_when_the_day_has_moved_on(tmp_path: Path) -> None:
    text = SIGNED % "2024-12-01" + 'ex:v v:reviewDueOn "2026-12-01"^^xsd:date .'
    before = loaded(tmp_path, text, DAY)
    assert [one.rule.number for one in before.of(Kind.NOT_MET) if one.rule.number == "R18"] == []
    generation = commit(tmp_path, [graph_of(text)], judge=standing.judge(DAY))
    after = loaded(tmp_path, text, date(2026, 12, 2))
    assert commit(tmp_path, [graph_of(text)]) == generation
    (line,) = (one for one in after.of(Kind.NOT_MET) if one.rule.number == "R18")
    assert (line.on, after.checked) == (date(2026, 12, 2), date(2026, 12, 2))
    assert changes(after, "review-is-not-overdue") == [("Newly found", date(2026, 12, 2))]
    later = loaded(tmp_path, text, date(2026, 12, 9))
    (line,) = (one for one in later.of(Kind.NOT_MET) if one.rule.number == "R18")
    assert (line.on, later.checked) == (date(2026, 12, 2), date(2026, 12, 9))


@pytest.mark.parametrize(
    ("text", "fresh"),
    [(None, False), ("{", False), ('{"as_at": "2026-11-21", "findings": [], "silences": []}', False),
     ('{"as_at": "2026-11-22", "findings": [], "silences": []}', True)],
)  # fmt: skip
def test_what_was_found_is_fresh_on_its_own_day(text: str | None, fresh: bool) -> None:
    assert standing.fresh(text, DAY) is fresh


def test_what_was_found_stays_with_the_record_that_is_held(tmp_path: Path) -> None:
    loaded(tmp_path, SIGNED % "2025-04-01", DAY)
    reader = Reader(Settings(state=tmp_path))
    old = reader.current()
    loaded(tmp_path, SIGNED % "2024-12-01", DAY)
    assert LATE in (reader.findings(old) or "")
    now = json.loads(reader.findings(reader.current()) or "")
    assert LATE not in {one["rule"] for one in now["findings"]}


def test_what_only_staff_may_read_is_found_for_staff_alone(tmp_path: Path) -> None:
    commit(
        tmp_path,
        [graph_of(SIGNED % "2025-04-01", "staff"), graph_of("ex:x skos:prefLabel 'x' .", name="b")],
        judge=standing.judge(DAY),
    )
    seen = {}
    for access in ("public", "staff"):
        held = Reader(Settings(state=tmp_path, access=access))
        site = create_app(Settings(), held, today=lambda: DAY).test_client()
        seen[access] = site.get("/health-check.csv").text
    assert "The council" in seen["staff"]
    assert "The council" not in seen["public"]


def test_a_review_that_is_due_soon_is_one_line_with_its_day() -> None:
    text = """ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; skos:prefLabel "The version"@en ;
    v:commencesOn "2025-01-06"^^xsd:date ; v:reviewDueOn "2027-01-02"^^xsd:date ."""
    record = from_quads(quads(text))
    found = health(record, standing.finder(DAY)(record, None), DAY)
    (line,) = (one for one in found.of(Kind.SOON) if one.thing.endswith("/v"))
    assert line.rule.iri.endswith("review-is-not-due-soon")
    assert (line.on, line.severity) == (date(2027, 1, 2), "advisory")
    assert not [one for one in found.of(Kind.NOT_MET) if one.rule.number == "R18"]


def test_two_days_of_one_review_are_one_line_and_no_fault_of_the_page() -> None:
    text = """ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; v:commencesOn "2025-01-06"^^xsd:date ;
    v:reviewDueOn "2027-01-02"^^xsd:date , "2027-01-03"^^xsd:date , "2026-10-01"^^xsd:date ."""
    record = from_quads(quads(text))
    found = health(record, standing.finder(DAY)(record, None), DAY)
    soon = [(one.on, one.sentence.partition(" due ")[2]) for one in found.of(Kind.SOON)]
    assert sorted(soon) == [
        (date(2027, 1, 2), "on 2 January 2027."),
        (date(2027, 1, 3), "on 3 January 2027."),
    ]
    assert [one.on for one in found.of(Kind.CHANGED)] == [date(2026, 10, 1)]


@pytest.mark.parametrize("rule", ["review-is-not-due-soon", "review-is-not-overdue"])
@pytest.mark.parametrize("until", ["2027-01-02", "2027-01-30"])
def test_the_end_of_an_acceptance_is_a_line_beside_the_review(rule: str, until: str) -> None:
    text = f"""ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; v:commencesOn "2025-01-06"^^xsd:date ;
    v:reviewDueOn "2027-01-02"^^xsd:date . ex:accepted a v:AcceptedFinding ; v:acceptsNode ex:v ;
    v:acceptsRule <https://w3id.org/vires/rule/{rule}> ; v:acceptedUntil "{until}"^^xsd:date ."""
    record = from_quads(quads(text))
    found = health(record, standing.finder(DAY)(record, None), DAY)
    review, accepted = sorted(found.of(Kind.SOON), key=lambda one: "accepted for" in one.sentence)
    assert (review.on, review.rule.iri.rpartition("/")[2]) == (
        date(2027, 1, 2),
        "review-is-not-due-soon",
    )
    assert accepted.on == date.fromisoformat(until)


def test_an_event_keeps_its_name_when_it_comes_near_and_when_its_thing_is_renamed() -> None:
    names = set()
    for name, day in (("One", DAY), ("One", DAY + timedelta(60)), ("Other", DAY + timedelta(60))):
        text = f"""ex:v a v:SharingAgreementVersion ; v:versionOf ex:agreement ; skos:prefLabel "{name}"@en ;
        v:commencesOn "2025-01-06"^^xsd:date ; v:reviewDueOn "2027-03-02"^^xsd:date ."""
        record = from_quads(quads(text))
        found = health(record, standing.finder(day)(record, None), day)
        feed = Feed("https://x/c", "https://x/p", "https://x", day, day)
        data = to_calendar(calendar(record, found, day).rows, feed)
        names |= {str(event["uid"]) for event in Calendar.from_ical(data).walk("VEVENT")}
    assert len(names) == 1


def test_a_severity_that_is_none_is_a_damage() -> None:
    text = findings().replace('"severity": "Violation"', '"severity": "Grave"', 1)
    assert health(snapshot(), text, DAY).standing is Standing.UNREADABLE


# Downloads and feeds


def test_the_sheet_holds_what_the_csv_holds(client: FlaskClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get("/health-check.xlsx?kind=not-met").data))
    lines = [
        [str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    plain = list(csv.reader(io.StringIO(client.get("/health-check.csv?kind=not-met").text)))
    assert [row[:3] for row in lines] == [row[:3] for row in plain]
    assert len(lines) == 1 + len(shipped().of(Kind.NOT_MET))


def test_the_feed_is_atom_with_lasting_names(client: FlaskClient) -> None:
    response = client.get("/health-check.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.data)  # noqa: S314  our own
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(shipped().lines)
    names = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(names)) == len(names)
    assert all(name and name.startswith("urn:uuid:") for name in names)
    again = ElementTree.fromstring(client.get("/health-check.atom").data)  # noqa: S314
    assert names == [entry.findtext(f"{ATOM}id") for entry in again.findall(f"{ATOM}entry")]
    for part in (feed, *entries):
        assert part.findtext(f"{ATOM}title")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", part.findtext(f"{ATOM}updated") or "")
        assert (part.findtext(f"{ATOM}updated") or "") <= f"{DAY}T00:00:00Z"
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert client.get(link.get("href", "").removeprefix("http://localhost")).status_code == 200
    said = {entry.findtext(f"{ATOM}summary") or "" for entry in entries}
    for line in shipped().lines:
        assert any(one.startswith(line.sentence) for one in said)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Vires"


def test_a_feed_of_some_holds_those(client: FlaskClient) -> None:
    feed = ElementTree.fromstring(client.get("/health-check.atom?severity=must").data)  # noqa: S314
    musts = [one for one in shipped().lines if one.severity == "must"]
    assert len(feed.findall(f"{ATOM}entry")) == len(musts) > 0
    assert feed.findtext(f"{ATOM}id", "").endswith("/health-check?severity=must")


def events(data: bytes) -> list[tuple[str, date]]:
    """What a calendar says of each day."""
    return [
        (str(event["summary"]), event.decoded("dtstart"))
        for event in Calendar.from_ical(data).walk("VEVENT")
    ]


def unmarked(calendar: Calendar, name: str) -> str:
    """A text of a calendar as a reader shows it (RFC 5545, 3.3.11)."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], str(calendar[name]))


@cache
def stated_days() -> set[date]:
    """The days of the shipped record that reviews fall due on and that versions end on."""
    props = {terms.REVIEW_DUE_ON, terms.ENDS_ON}
    return {
        date.fromisoformat(quad.object.value)
        for quad in snapshot().quads()
        if quad.predicate.value in props
    }


def test_the_calendar_holds_each_day_of_the_next_400(client: FlaskClient) -> None:
    response = client.get("/health-check.ics")
    assert response.content_type == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.data.split(b"\r\n"))
    found = events(response.data)
    held = {day for _, day in found}
    near = {day for day in stated_days() if DAY <= day <= DAY + timedelta(400)}
    assert any(day > DAY + timedelta(90) for day in near)
    assert near <= held
    assert all(DAY <= day <= DAY + timedelta(400) for day in held)
    soon = {(line.sentence, line.on) for line in shipped().of(Kind.SOON)}
    assert soon <= set(found)
    assert len(found) == len(set(found)) > len(soon)
    uids = [str(event["uid"]) for event in Calendar.from_ical(response.data).walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    assert client.get("/health-check.ics?kind=changed").data.count(b"BEGIN:VEVENT") == 0
    assert events(client.get("/health-check.ics?kind=soon").data) == found


@pytest.mark.parametrize(
    ("days", "listed_", "in_calendar"),
    [(-1, True, False), (0, True, True), (90, True, True), (91, False, True), (400, False, True),
     (401, False, False)],
)  # fmt: skip
def test_the_list_looks_90_days_ahead_and_the_calendar_400(
    days: int, listed_: bool, in_calendar: bool
) -> None:
    on = DAY + timedelta(days)
    text = f'ex:v v:reviewDueOn "{on}"^^xsd:date ; skos:prefLabel "The version"@en .'
    site = small(text)
    assert len(listed(site)) == int(listed_)
    assert len(events(site.get("/health-check.ics").data)) == int(in_calendar)


def test_the_calendar_is_filtered_as_the_list_is(client: FlaskClient) -> None:
    every = events(client.get("/health-check.ics").data)
    asked = urlencode({"party": "org/gss-E23000014"})
    some = events(client.get(f"/health-check.ics?{asked}").data)
    assert 0 < len(some) < len(every)
    assert set(some) < set(every)
    # A filter of what has no line in the calendar gives an empty one, and no error.
    for filters in ("kind=not-met", "severity=must", "family=data-protection"):
        response = client.get(f"/health-check.ics?{filters}")
        assert response.status_code == 200
        assert events(response.data) == [], filters


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", ""),
        ("kind=soon", "Outcome: Soon"),
        (
            "kind=soon&kind=not-met&party=org/gss-E23000014",
            "Outcome: Not met or Soon; Party to the agreement: West Midlands Police",
        ),
        ("about=agreement/mash", "Agreement, community or organisation: Example multi-agency safeguarding hub agreement"),
    ],
)  # fmt: skip
def test_feed_and_calendar_are_named_by_their_filter(
    client: FlaskClient, asked: str, words: str
) -> None:
    title = f"Vires health check: {words}" if words else "Vires health check"
    feed_ = ElementTree.fromstring(client.get(f"/health-check.atom?{asked}").data)  # noqa: S314
    assert feed_.findtext(f"{ATOM}title") == title
    calendar = Calendar.from_ical(client.get(f"/health-check.ics?{asked}").data)
    for name in ("x-wr-calname", "name"):
        assert unmarked(calendar, name) == title
    for name in ("x-wr-caldesc", "description"):
        assert "in the 400 days from 22 November 2026" in unmarked(calendar, name)
        assert words in unmarked(calendar, name)


def test_a_name_with_marks_of_the_format_adds_no_line_to_the_calendar() -> None:
    text = """ex:v v:reviewDueOn "2026-12-24"^^xsd:date . ex:p v:participatesIn ex:v ; v:participant ex:o .
    ex:o skos:prefLabel "The council, of; two\\nBEGIN:VEVENT"@en ; v:hasType ex:kind ."""
    site = small(text)
    response = site.get("/health-check.ics?party=https://example.org/id/o")
    assert response.status_code == 200
    assert b"\r\nBEGIN:VEVENT\r\nSUMMARY" in response.data
    assert response.data.count(b"\r\nBEGIN:VEVENT") == 1
    calendar = Calendar.from_ical(response.data)
    assert "The council, of; two" in unmarked(calendar, "name")
    assert (
        b"X-WR-CALNAME:Vires health check: Party to the agreement: The council\\" in response.data
    )


def test_no_control_character_reaches_the_calendar() -> None:
    text = 'ex:v v:reviewDueOn "2026-12-24"^^xsd:date ; skos:prefLabel "a\\u0001b\\u007Fc\\td" .'
    site = small(text)
    data = site.get("/health-check.ics").data
    assert [told for told, _ in events(data)] == [
        "abc\td falls due for review on 24 December 2026."
    ]
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)


def test_the_page_says_how_far_the_calendar_looks(client: FlaskClient) -> None:
    assert "what falls due in the next 400 days" in client.get("/health-check").text


# Beside the things


def shown_on(client: FlaskClient, iri: str) -> str:
    return unescape(client.get(path_of(iri) or "").text)


def test_a_finding_stands_beside_each_thing_it_concerns(client: FlaskClient) -> None:
    kept = json.loads(findings())["findings"]
    (one,) = (f for f in kept if f["rule"] == "law-relied-on-is-in-force")
    base = "https://wolverhampton.vires.example/id/agreement/early-help"
    for iri in (
        base, f"{base}/v/1", f"{base}/v/1/flow/3", one["focus"], one["value"].strip("<>"),
        "https://w3id.org/vires/org/ods-TAJ",
    ):  # fmt: skip
        page = shown_on(client, iri)
        assert one["message"] in page, iri
        assert 'href="/doc/rule/law-relied-on-is-in-force"' in page
    assert one["message"] in shown_on(
        client, "https://w3id.org/vires/rule/law-relied-on-is-in-force"
    )
    assert one["message"] not in shown_on(client, "https://w3id.org/vires/org/gss-E23000014")


def test_a_community_shows_what_is_found_of_its_agreements(client: FlaskClient) -> None:
    iri = "https://wolverhampton.vires.example/id/community/community-safety"
    beside = shipped().beside(iri)
    assert {line.rule.number for line in beside} >= {"R26", "R33"}
    page = shown_on(client, iri)
    assert beside[0].sentence in page
    assert 'href="/health-check?about=community%2Fcommunity-safety"' in page
    every = listed(client, "/health-check.csv?about=community/community-safety")
    assert {line.sentence for line in beside} <= {row["What is said of it"] for row in every}


def test_a_thing_without_findings_says_so_where_one_would_look(client: FlaskClient) -> None:
    iri = "https://wolverhampton.vires.example/id/agreement/section-47"
    assert not shipped().beside(iri)
    assert "Nothing that is not met" in shown_on(client, iri)
    assert "What the rules find" not in shown_on(client, "https://w3id.org/vires/purpose/prevent")


def test_the_first_page_counts_what_is_not_met(client: FlaskClient) -> None:
    page = client.get("/").text
    number = len(shipped().of(Kind.NOT_MET))
    assert f'<a class="govuk-link" href="/health-check?kind=not-met">{number}<' in page
    assert len(listed(client, "/health-check.csv?kind=not-met")) == number


@pytest.mark.parametrize("form", ["atom", "ics", "csv"])
def test_what_has_no_line_today_can_be_followed(client: FlaskClient, form: str) -> None:
    """A subscription outlives the last fault, or the next one would be missed."""
    for asked in ("about=agreement/mash", "rule=rule/condition-has-its-policy-document"):
        response = client.get(f"/health-check.{form}?{asked}")
        assert response.status_code == 200, asked
    assert client.get(f"/health-check.{form}?about=agreement/nothing").status_code == 400
