"""The catalogue on the site: every rule has its page, every candidate is accounted for."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, findings, snapshot
from tests.pages import with_lists
from vires.addresses import path_of
from vires.health import health
from vires.health.catalogue import catalogue
from vires.validate import SAID, Rule, rules

WITH_MANY = "power-runs-from-giver-to-recipient"


@pytest.fixture(scope="module")
def page(client: FlaskClient) -> str:
    return unescape(client.get("/rules").text)


def candidates() -> dict[str, str]:
    """The candidates of the research page, by number, each with what it asks."""
    shared = os.environ.get("VIRES_SHARED")
    assert shared, "VIRES_SHARED is not set: name the folder that holds `domain/`"
    text = (Path(shared) / "domain" / "rules.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (R\d\d) \| (.+?) \|", text, re.MULTILINE))


def test_the_sixty_two_candidates_are_all_accounted_for(page: str) -> None:
    wanted = candidates()
    assert len(wanted) == 62
    found = catalogue(snapshot(), health(snapshot(), findings(), DAY)).candidates
    assert [one.number for one in found] == sorted(wanted)
    for one in found:
        assert bool(one.rules) != bool(one.left_out), one.number
    left_out = [one for one in found if one.left_out]
    assert [one.number for one in left_out] == ["R59"]
    part = page[page.index('id="candidates"') :]
    for one in found:
        row = part[part.index(f">{one.number}</dt>") :].split("</dd>")[0]
        for rule in one.rules:
            assert f'href="{path_of(rule.iri)}"' in row
        if one.left_out:
            assert "Left out:" in row
            assert one.left_out in row


def test_the_catalogue_lists_every_rule_with_its_examples_and_findings(page: str) -> None:
    listed = page[: page.index('id="candidates"')]
    now = health(snapshot(), findings(), DAY)
    for rule in rules():
        row = listed[listed.index(f'href="{path_of(rule.iri)}"') :].split("</li>")[0]
        assert rule.claim in row
        assert f"{rule.number}, {SAID[rule.severity]}" in row
        counts = [len(rule.examples(kind)) for kind in ("pass", "fail", "unknown")]
        assert "{} met, {} not met, {} cannot tell".format(*counts) in row
        mine = [one for one in now.beside(rule.iri) if one.severity]
        assert (f"found now: {len(mine)}<" in row) == bool(mine)
    assert f"{len(rules())} claims" in page


def test_the_catalogue_does_not_guess_before_the_rules_were_run() -> None:
    found = catalogue(snapshot(), health(snapshot(), None, DAY))
    assert {(one.found, one.silent) for f in found.families for one in f.rules} == {(None, None)}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.key)
def test_the_page_of_a_rule_says_all_of_it(rule: Rule, client: FlaskClient) -> None:
    page_of = path_of(rule.iri)
    assert page_of is not None
    text = unescape("".join(page.text for page in with_lists(client, page_of)))
    for said in (rule.claim, rule.definition, rule.why, rule.fix, rule.limits, rule.number):
        assert said in text
    shape = (rule.path / "rule.ttl").read_text(encoding="utf-8")
    assert shape in text
    for asked in (rule.applies_when, rule.cannot_tell_when):
        assert asked is None or asked in text
    for path in rule.examples():
        words = path.stem.partition("-")[2].replace("-", " ")
        assert words in text
        assert path.read_text(encoding="utf-8").rstrip() in text or (
            f'href="/rules/{rule.key}/{path.stem}"' in text
        )
    for kind in ("pass", "fail", "unknown"):
        if first := next(iter(rule.examples(kind)), None):
            assert first.read_text(encoding="utf-8").rstrip() in text
    for source in rule.sources:
        assert source in text or (path_of(source) or "-") in text


def test_an_example_that_the_page_does_not_hold_is_a_file(client: FlaskClient) -> None:
    links = re.findall(
        rf'href="(/rules/{WITH_MANY}/[^"]+)"', client.get(f"/doc/rule/{WITH_MANY}").text
    )
    assert links
    (rule,) = (one for one in rules() if one.key == WITH_MANY)
    for link in links:
        response = client.get(link)
        assert response.content_type == "text/turtle; charset=utf-8"
        assert response.text == (rule.path / f"{link.rsplit('/', 1)[1]}.ttl").read_text()


@pytest.mark.parametrize(
    "path",
    ["no-such-rule/pass-stated", f"{WITH_MANY}/rule", f"{WITH_MANY}/..%2frule", f"{WITH_MANY}/pass",
     f"{WITH_MANY}/%00", "../record/pass"],
)  # fmt: skip
def test_no_other_file_is_given(path: str, client: FlaskClient) -> None:
    assert client.get(f"/rules/{path}").status_code in (400, 404)


def test_a_framework_that_sets_its_own_severity_is_named(client: FlaskClient) -> None:
    text = unescape(client.get("/doc/rule/principles-are-signed-by-a-chief-officer").text)
    table = text[text.index(">Severity</h2>") :]
    (row,) = re.findall(
        r"<tr[^>]*>(?:(?!</tr>).)*Wolverhampton Three-Tier(?:(?!</tr>).)*</tr>", table, re.DOTALL
    )
    assert "Advisory" in row
    assert "Who signs the principles, in the Wolverhampton model" in row
    default = table[table.index("Where no framework says otherwise") :].split("</tr>")[0]
    assert "Should" in default
