"""The tiers: statuses as `vires.decide` judges them, pictures that say what the lists say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, snapshot
from tests.worlds.aimed import aimed_worlds
from tests.worlds.compare import question_of
from tests.worlds.world import covered_world
from vires import terms
from vires.decide import Question, ask
from vires.decide.binding import bound, participates
from vires.decide.chain import climb
from vires.decide.force import version_in_force
from vires.decide.gather import candidates, record, whole
from vires.decide.logic import Outcome
from vires.decide.record import Record
from vires.explain import uk_date
from vires.explain.matrix import communities, matrix
from vires.explain.standing import Standing
from vires.explain.tiers import Branch, Instrument, focus, frameworks, instruments
from vires.library import views
from vires.store import from_quads
from vires.web.drawing import Picture, focused, text_width, tier_map, wrapped

DAYS = (DAY, date(2024, 1, 1), date(2025, 6, 1), date(2030, 1, 1))
AREA = "https://wolverhampton.vires.example/id/"


def held(on: date = DAY) -> dict[str, Instrument]:
    return {one.key: one for one in instruments(snapshot(), on)}


def flat(branch: Branch) -> list[Instrument]:
    return [branch.instrument, *(one for below in branch.below for one in flat(below))]


def texts_of(quoted: str) -> list[str]:
    return [" ".join(text.split()) for text in re.findall(r"<text[^>]*>([^<]*)</text>", quoted)]


# Statuses


def test_lists_and_answers_find_alike_in_faulty_records() -> None:
    sound = covered_world("three-level", None)
    older = sound.without("w:t3-v0", "v:versionOf")
    older = older.plus("w:t3-v0", "v:continuesSignaturesOf", "w:t3-old")
    older = older.put("w:sig-old", "v:signs", "w:t3-old")
    silent = sound.silent("w:t2-v1", "v:versionOf")
    for pair, world in (*aimed_worlds(), ("older", older), ("silent", silent)):
        made, asked = from_quads(world.quads()), question_of(world)
        routes, bodies = candidates(made, asked), (asked.from_, asked.to)
        answer, lists = record(made, bodies, routes), whole(made, asked.on)
        for _, version in routes:
            said = outcomes(answer, version, bodies, asked.on)
            assert outcomes(lists, version, bodies, asked.on) == said, pair


def outcomes(read: Record, version: str, bodies: tuple[str, str], on: date) -> list[Outcome]:
    """Whether a version is in force, what it stands on, and whether each body takes part, bound."""
    found = [version_in_force(read, version, on), climb(read, version, on).finding]
    for body in bodies:
        found += [participates(read, version, body, on), bound(read, version, body, on)]
    return [finding.outcome for finding in found]


@pytest.mark.parametrize("on", DAYS)
def test_in_force_is_what_the_decision_finds(on: date) -> None:
    versions: dict[str, set[str]] = {}
    for quad in snapshot().quads():
        if quad.predicate.value == terms.VERSION_OF:
            versions.setdefault(quad.object.value, set()).add(quad.subject.value)
    for one in instruments(snapshot(), on):
        own = versions.get(one.iri, set())
        # No flow is named by a version: what is read is of the version alone.
        found = {v: version_in_force(record(snapshot(), (), [(v, v)]), v, on).outcome for v in own}
        assert one.in_force == (Outcome.MET in found.values()), one.key
        assert one.in_force == (one.status in ("In force", "Under review"))
        if one.in_force:
            assert found[one.version] is Outcome.MET
        elif Outcome.CANNOT_TELL in found.values():
            assert one.status == "Cannot tell if in force"
        else:
            assert "tell" not in one.status
            assert bool(one.version) == bool(own)


def test_an_answer_and_a_tier_page_agree_on_what_is_in_force() -> None:
    shown = {one.version: one for one in instruments(snapshot(), DAY)}
    seen = set()
    for community in communities(snapshot()):
        for cell in matrix(snapshot(), community, DAY).cells.values():
            flow = cell.flows[0]
            asked = flow.asked[0]
            question = Question(
                cell.giver.iri, cell.taker.iri, asked.purpose.iri, asked.category.iri, None, DAY
            )
            for route in ask(snapshot(), question, near_misses=False).routes:
                if route.version in shown:
                    one = shown[route.version]
                    met = route.conditions["version-in-force"].outcome == "met"
                    assert met == one.in_force, one.key
                    chain = route.conditions["tier-chain"].outcome == "met"
                    assert chain == (one.footing == ""), one.key
                    seen.add(met)
    assert seen == {True, False}


def test_community_agreements_are_in_development_as_published() -> None:
    for key in ("adults-ica", "childrens-ica"):
        one = held()[key]
        assert (one.status, one.tier, one.illustrative) == ("In development", "Tier 2", False)
        assert (one.version, one.parties, one.in_force) == ("", 0, False)
    assert held()["principles"].status == "Not stated in the source"


@pytest.mark.parametrize(
    ("key", "on", "status"),
    [
        ("mash", DAY, "In force"),
        ("mash", date(2025, 1, 6), "In force"),
        ("mash", date(2025, 1, 5), "Not yet started"),
        ("child-exploitation", DAY, "Ended"),
        ("example-integrated-care", DAY, "Withdrawn"),
        ("self-neglect", DAY, "Draft"),
        ("peterborough-mash", DAY, "Cannot tell if in force"),
    ],
)
def test_a_status_in_words(key: str, on: date, status: str) -> None:
    assert held(on)[key].status == status


def test_what_stands_on_something_withdrawn_says_so() -> None:
    assert "not in force" in held()["falls-prevention"].footing
    assert held()["falls-prevention"].in_force
    assert held()["mash"].footing == ""


# The tree


def test_each_agreement_stands_once_below_what_it_stands_on() -> None:
    found = [
        one
        for f in frameworks(snapshot(), DAY)
        for t in (*f.published, *f.examples)
        for one in flat(t)
    ]
    assert sorted(one.iri for one in found) == sorted(one.iri for one in held().values())

    def check(branch: Branch) -> None:
        for below in branch.below:
            assert branch.instrument.iri in below.instrument.above
            check(below)

    for framework in frameworks(snapshot(), DAY):
        for tree in (*framework.published, *framework.examples):
            check(tree)
        assert not any(tree.instrument.illustrative for tree in framework.published)
        assert all(tree.instrument.illustrative for tree in framework.examples)
    assert frameworks(snapshot(), DAY)[0].tiers["purposes"] == "Tier 2"


def test_the_tree_names_every_agreement_and_marks_examples(client: FlaskClient) -> None:
    page = client.get("/tiers").text
    for one in held().values():
        assert page.count(f'href="/tiers/{one.key}"') == 1
    published, _, examples = page.partition(">Example data</h3>")
    assert 'href="/tiers/adults-ica"' in published
    assert 'href="/tiers/mash"' in examples
    assert 'href="/tiers/mash"' not in published
    assert page.count("In development") == 2


# The pictures


def pictures() -> list[Picture]:
    drawn = [tier_map(found) for found in frameworks(snapshot(), DAY)]
    for one in held().values():
        found = focus(snapshot(), one.iri, DAY)
        assert found is not None
        drawn.append(focused(found))
    return drawn


def test_no_picture_has_boxes_that_overlap_or_leave_it() -> None:
    for drawn in pictures():
        for place, box in enumerate(drawn.boxes):
            assert box.x >= 0
            assert box.x + box.width <= drawn.width
            assert box.y + box.height <= drawn.height
            for other in drawn.boxes[place + 1 :]:
                apart = (
                    box.x + box.width <= other.x
                    or other.x + other.width <= box.x
                    or box.y + box.height <= other.y
                    or other.y + other.height <= box.y
                )
                assert apart, (drawn.title, box.label, other.label)


def test_a_map_has_a_line_for_each_thing_stood_on() -> None:
    for found in frameworks(snapshot(), DAY):
        inside = [one for tree in (*found.published, *found.examples) for one in flat(tree)]
        known = {one.iri for one in inside}
        lines = sum(1 for one in inside for up in one.above if up in known)
        assert len(tier_map(found).paths) == lines


def test_the_list_of_a_map_says_what_the_picture_says(client: FlaskClient) -> None:
    page = client.get("/tiers/map").text
    table = "".join(re.findall(r"<table.*?</table>", page, re.DOTALL))
    for one in held().values():
        assert page.count(f'href="/tiers/{one.key}"') == 2  # in the picture and in the table
        row = next(r for r in table.split("<tr ") if f'href="/tiers/{one.key}"' in r)
        assert one.status in row
        assert ("(example data)" in row) == one.illustrative
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert re.search(r'role="group" aria-labelledby="[\w-]+" aria-describedby="[\w-]+"', svg)
        assert re.search(r"<title id=[^>]+>Tier map: .+</title>", svg)
        assert re.search(r"<desc id=[^>]+>.+</desc>", svg)
        assert "style=" not in svg


@pytest.mark.parametrize(
    "key", ["mash", "example-community-safety", "substance-misuse", "adults-ica"]
)
def test_one_in_focus_says_in_the_list_what_the_picture_says(client: FlaskClient, key: str) -> None:
    found = focus(snapshot(), held()[key].iri, DAY)
    assert found is not None
    page = client.get(f"/tiers/{key}").text
    svg, _, rest = page.partition("</svg>")
    linked = re.findall(r'<a class="vires-picture__link" href="([^"]+)"', svg)
    assert len(linked) == len(found.parties) + len(found.above) + 1 + len(found.powers)
    for href in linked:
        assert href in rest or href in svg.partition("<svg")[0]
    for party in found.parties:
        assert party.label.replace("'", "&#39;") in rest
    for law in found.powers:
        assert law.label in rest
    words = texts_of(svg)
    assert f"Parties ({len(found.parties)})" in words
    if found.instrument.status == "In force":
        assert {one.key for one in found.above} <= {
            "example-protocol",
            "example-children",
            "example-adults",
        }


def test_parties_are_those_of_the_day_and_say_who_has_signed() -> None:
    early = focus(snapshot(), f"{AREA}agreement/mash", date(2024, 12, 1))
    now = focus(snapshot(), f"{AREA}agreement/mash", DAY)
    assert early is not None
    assert now is not None
    assert early.parties == ()
    assert {party.signed for party in now.parties} == {"Signed"}
    safety = focus(snapshot(), f"{AREA}agreement/discharge-to-assess", DAY)
    assert safety is not None
    assert len(safety.parties) == held()["discharge-to-assess"].parties
    classed = focus(snapshot(), f"{AREA}agreement/substance-misuse", DAY)
    assert classed is not None
    assert [party.label for party in classed.parties if not party.signed]


def test_an_agreement_that_has_ended_counts_the_parties_of_its_last_day(
    client: FlaskClient,
) -> None:
    ended = [one for one in held().values() if one.ended]
    assert ended
    for one in ended:
        last = focus(snapshot(), one.iri, one.ended or DAY)
        now = focus(snapshot(), one.iri, DAY)
        assert last is not None
        assert now is not None
        assert len([party for party in last.parties if party.signed]) == one.parties > 0
        assert now.parties == last.parties
        assert f"{one.parties} on {uk_date(one.ended or DAY)}" in client.get("/tiers/map").text


def test_a_power_that_is_not_plainly_in_force_says_so_in_list_and_picture(
    client: FlaskClient,
) -> None:
    seen = set()
    for one in held().values():
        found = focus(snapshot(), one.iri, DAY)
        assert found is not None
        svg, _, rest = client.get(f"/tiers/{one.key}").text.partition("</svg>")
        for law in found.powers:
            word = Standing(snapshot(), DAY).reading(law.iri)
            assert found.doubts.get(law.iri, "In force") == word
            if word != "In force":
                seen.add(word)
                assert word in rest
                assert word.lower() in svg.lower()
    assert "Announced" in seen


def test_somebody_on_record_has_not_signed() -> None:
    found = {
        party.signed
        for one in held().values()
        for party in focus(snapshot(), one.iri, DAY).parties  # type: ignore[union-attr]
    }
    assert {"Signed", "Not yet signed"} <= found


def test_lines_of_text_keep_to_a_width() -> None:
    label = "Memorandum of understanding: local authorities and HMRC for Council Tax debt reduction"
    lines = wrapped(label, 200)
    assert " ".join(lines) == label
    assert all(text_width(line) <= 200 for line in lines)
    assert wrapped("", 200) == ()
    assert wrapped("Supercalifragilisticexpialidocious", 20) == (
        "Supercalifragilisticexpialidocious",
    )


# The matrix


def test_the_matrix_equals_the_single_answers() -> None:
    outcomes = {"covered": "covered", "cannot tell": "cannot-tell", "gap": "not-covered"}
    seen = set()
    for community in communities(snapshot()):
        found = matrix(snapshot(), community, DAY)
        for (giver, taker), cell in found.cells.items():
            for flow in cell.flows[:2]:
                for one in flow.asked[:2]:
                    question = Question(giver, taker, one.purpose.iri, one.category.iri, None, DAY)
                    routes = ask(snapshot(), question, near_misses=False).routes
                    (route,) = [r for r in routes if r.flow == flow.flow]
                    assert route.outcome == outcomes[one.outcome]
                    seen.add(one.outcome)
    assert {"covered", "gap"} <= seen


def test_each_cell_opens_its_flows(client: FlaskClient) -> None:
    for community in communities(snapshot()):
        found = matrix(snapshot(), community, DAY)
        page = client.get(f"/tiers/matrix/{community.key}").text
        links = re.findall(r'href="(/tiers/matrix/[^"]+flows[^"]+)"', page)
        assert len(links) == len(found.cells)
        assert sum(len(cell.flows) for cell in found.cells.values()) >= community.flows
        assert ("<strong>Example data.</strong>" in page) == community.illustrative
        for link in links[:4]:
            opened = client.get(link.replace("&amp;", "&"))
            assert opened.status_code == 200
            assert "/answer?" in opened.text or "not recorded" in opened.text


def test_an_empty_cell_is_no_refusal(client: FlaskClient) -> None:
    found = matrix(snapshot(), next(c for c in communities(snapshot()) if c.key == "children"), DAY)
    giver, taker = next(
        (a, b)
        for a in found.organisations
        for b in found.organisations
        if a != b and (a.iri, b.iri) not in found.cells
    )
    page = client.get(
        "/tiers/matrix/children/flows", query_string={"from": giver.iri, "to": taker.iri}
    )
    assert "No flow is on record" in page.text
    assert "That is not a refusal." in page.text


def test_tier_views_give_what_their_headers_say() -> None:
    found = [view for view in views() if view.key.startswith(("tiers/", "ask/"))]
    assert found
    for view in found:
        selected = re.search(r"^SELECT (?:DISTINCT )?(.*)$", view.text, re.MULTILINE)
        assert selected is not None
        names = re.findall(r"\?(\w+)(?=\)|\s|$)", re.sub(r"\((?:COUNT|MAX).*? AS", "", selected[1]))
        assert names == [p.name for p in view.parameters] + [c.name for c in view.columns], view.key
