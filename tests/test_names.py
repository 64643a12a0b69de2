"""An organisation may be given by another name, its list says what has ended, and errors lead on."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, Held, snapshot
from tests.pages import assert_page
from vires import terms
from vires.config import Settings
from vires.explain.called import called, ended
from vires.store import Snapshot, from_quads
from vires.web import create_app

TRUST = terms.BASE + "org/ods-RL4"
COUNCIL = terms.BASE + "org/gss-E08000031"
SITE = "'New Cross Hospital' is a site of The Royal Wolverhampton NHS Trust."
OF_IT = "'New Cross Hospital' is a site of it."
REST = {"to": "cwc", "purpose": "safeguarding", "category": "name"}


def words(client: FlaskClient, path: str, status: int = 200, **asked: str) -> str:
    answer = client.get(f"{path}?{urlencode(asked)}" if asked else path)
    assert answer.status_code == status
    return " ".join(" ".join(assert_page(answer).words).split())


def asked(**given: str) -> dict[str, str]:
    return {"from": "New Cross Hospital", **REST, **given}


@pytest.mark.parametrize(
    "name", ["New Cross Hospital", "new cross  hospital", " New Cross Hospital "]
)
def test_a_site_is_understood_as_its_body(client: FlaskClient, name: str) -> None:
    shown = words(client, "/answer", **asked(**{"from": name}))
    assert "From The Royal Wolverhampton NHS Trust to City of Wolverhampton Council" in shown
    assert SITE in shown
    assert OF_IT in words(client, "/check", **asked(**{"from": name}))


def test_the_name_stays_with_the_question_to_its_answer(client: FlaskClient) -> None:
    step = client.get("/ask?" + urlencode({"from": "New Cross Hospital", "to": "cwc"})).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', step))
    assert hidden["from"] == "New Cross Hospital"
    check = client.get("/check?" + urlencode(asked())).text
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', check)
    assert ("from", TRUST) in fields
    answer = client.get("/answer?" + urlencode(fields)).text
    assert SITE in unescape(re.sub(r"<[^>]+>|\s+", " ", answer)).replace("  ", " ")
    back = unescape(re.search(r'href="(/check\?[^"]*)"', answer)[1])  # type: ignore[index]
    assert OF_IT in words(client, back)


def test_another_kind_of_information_keeps_it_too(client: FlaskClient) -> None:
    pairs = [*asked().items(), ("category", "health")]
    assert SITE in words(client, "/answer?" + urlencode(pairs))


def test_changing_the_body_lets_its_name_go(client: FlaskClient) -> None:
    other = asked(**{"from": COUNCIL, "to": "wmp", "from-called": "New Cross Hospital"})
    assert "New Cross" not in words(client, "/answer", **other)
    step = client.get(
        "/ask/from?" + urlencode(asked(**{"from": TRUST, "from-called": "New Cross Hospital"}))
    )
    assert 'name="from-called"' not in step.text


@pytest.mark.parametrize("name", ["<script>", "Xanadu", "x" * 2000, "cwc"])
def test_a_name_that_is_none_of_the_body_is_never_shown(client: FlaskClient, name: str) -> None:
    shown = words(client, "/answer", **asked(**{"from": TRUST, "from-called": name}))
    assert "Understood by" not in shown
    assert name not in shown or name == "cwc"


def test_a_part_and_another_name_are_understood(client: FlaskClient) -> None:
    shown = words(client, "/answer", **asked(**{"from": "Jobcentre Plus"}))
    assert "'Jobcentre Plus' is a part of Department for Work and Pensions." in shown
    shown = words(client, "/answer", **asked(**{"from": "Wolverhampton CCG"}))
    assert "'Wolverhampton CCG' is another name of" in shown


def test_a_part_that_ended_stands_for_nobody() -> None:
    assert called(snapshot(), "Public Health England", DAY) == ()
    assert [one.body for one in called(snapshot(), "UK Health Security Agency", DAY)] == [
        terms.BASE + "org/dhsc"
    ]


class Shared(Held):
    """The shipped record in which the name of the council is another name of a trust too."""

    def current(self) -> Snapshot:
        also = ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
        name = ox.Literal("City of Wolverhampton Council", language="en")
        graph = ox.NamedNode("https://wolverhampton.vires.example/id/graph/shared")
        stated = ox.Quad(ox.NamedNode(terms.BASE + "org/ods-RBK"), also, name, graph)
        return from_quads([*snapshot().quads(), stated])


@pytest.mark.parametrize(
    "name", ["City of Wolverhampton Council", "city of  Wolverhampton\tCouncil"]
)
def test_the_name_of_one_body_is_never_read_as_another_name_of_one(name: str) -> None:
    client = create_app(Settings(), Shared(), today=lambda: DAY).test_client()
    answer = client.get("/api/ask?" + urlencode({**asked(**{"from": name}), "to": "wmp"}))
    assert answer.json.get("question", {"from": COUNCIL})["from"] == COUNCIL
    assert (answer.status_code == 200) == ("  " not in name)
    # Nor is the other body offered as one of several of that name.
    assert "several organisations" not in answer.text


class Labelled(Held):
    """The shipped record in which a trust has two labels, and another has both as other names."""

    def current(self) -> Snapshot:
        graph = ox.NamedNode("https://wolverhampton.vires.example/id/graph/labelled")
        trust, other = (ox.NamedNode(f"{terms.BASE}org/ods-{key}") for key in ("RBK", "RL4"))
        second = ox.Literal("Ymddiriedolaeth Walsall", language="cy")
        also = ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
        first = ox.Literal("Walsall Healthcare NHS Trust", language="en")
        stated = [(trust, ox.NamedNode(terms.PREF_LABEL), second), (other, also, first)]
        stated.append((other, also, second))
        return from_quads([*snapshot().quads(), *(ox.Quad(*one, graph) for one in stated)])


@pytest.mark.parametrize("name", ["Walsall Healthcare NHS Trust", "Ymddiriedolaeth Walsall"])
def test_no_label_of_one_body_is_read_as_another_name_of_one(name: str) -> None:
    client = create_app(Settings(), Labelled(), today=lambda: DAY).test_client()
    answer = client.get("/api/ask?" + urlencode(asked(**{"from": name})))
    if answer.status_code == 200:  # the label that the list shows
        assert answer.json["question"]["from"] == terms.BASE + "org/ods-RBK"
    else:
        assert "is a name of several organisations" in answer.text


class Closing(Held):
    """The shipped record in which a site of a trust closes on the day asked, another trust's is so called."""

    def current(self) -> Snapshot:
        graph = ox.NamedNode("https://wolverhampton.vires.example/id/graph/closing")
        site, until = ox.NamedNode(terms.BASE + "org/blue-house"), ox.NamedNode(terms.VALID_UNTIL)
        trust, other = (ox.NamedNode(f"{terms.BASE}org/ods-{key}") for key in ("RBK", "RL4"))
        name = ox.Literal("Blue House", language="en")
        also = ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
        day = ox.Literal(DAY.isoformat(), datatype=ox.NamedNode(terms.XSD_DATE))
        stated = [
            (site, ox.NamedNode(terms.ORG + "siteOf"), trust),
            (site, ox.NamedNode(terms.PREF_LABEL), name),
            (site, until, day),
            (other, also, name),
        ]
        return from_quads([*snapshot().quads(), *(ox.Quad(*one, graph) for one in stated)])


@pytest.mark.parametrize(("days", "status"), [(0, 400), (1, 200)])
def test_a_site_stands_for_its_body_until_it_has_closed(days: int, status: int) -> None:
    today = DAY + timedelta(days)
    client = create_app(Settings(), Closing(), today=lambda: today).test_client()
    shown = words(client, "/check", status, **asked(**{"from": "Blue House"}))
    several = "'Blue House' is a name of several organisations: select one"
    assert (several in shown) == (days == 0)
    listed = words(client, "/ask/from", find="blue house")
    assert ("Walsall Healthcare NHS Trust" in listed) == (days == 0)
    assert "The Royal Wolverhampton NHS Trust" in listed


class Twice(Held):
    """The shipped record in which a second trust has a site of the same name."""

    def current(self) -> Snapshot:
        return twice()


def twice() -> Snapshot:
    graph = ox.NamedNode("https://wolverhampton.vires.example/id/graph/twice")
    site = ox.NamedNode(terms.BASE + "org/other-new-cross")
    label = ox.Literal("New Cross Hospital", language="en")
    return from_quads(
        [
            *snapshot().quads(),
            ox.Quad(site, ox.NamedNode(terms.ORG + "siteOf"), ox.NamedNode(terms.BASE + "org/ods-RBK"), graph),
            ox.Quad(site, ox.NamedNode(terms.PREF_LABEL), label, graph),
        ]
    )  # fmt: skip


def test_a_name_of_several_bodies_is_asked_about() -> None:
    client = create_app(Settings(), Twice(), today=lambda: DAY).test_client()
    shown = words(client, "/check", 400, **asked())
    assert "'New Cross Hospital' is a name of several organisations: select one" in shown
    near = client.get("/check?" + urlencode(asked())).text.partition("Nearest in the record")[2]
    assert "The Royal Wolverhampton NHS Trust" in near[:1500]
    assert "Walsall Healthcare NHS Trust" in near[:1500]


@pytest.mark.parametrize("path", ["/ask", "/check", "/answer"])
def test_an_unknown_organisation_stays_in_the_field_and_leads_to_the_register(
    client: FlaskClient, path: str
) -> None:
    typed = "Vale of <Nowhere> & Co"
    answer = client.get(f"{path}?" + urlencode(asked(**{"from": typed})))
    assert answer.status_code == 400
    page = assert_page(answer)
    assert f"The record has no organisation called '{typed}'" in " ".join(page.words)
    assert 'href="/organisations"' in answer.text
    assert (
        '<option value="Vale of &lt;Nowhere&gt; &amp; Co" selected data-typed>'
        "Vale of &lt;Nowhere&gt; &amp; Co</option>" in answer.text
    )


def test_an_unknown_purpose_leads_to_the_purposes(client: FlaskClient) -> None:
    answer = client.get("/check?" + urlencode(asked(purpose="world peace")))
    assert 'href="/purposes"' in answer.text
    assert 'href="/organisations"' not in answer.text.partition("<main")[2]


def test_nothing_is_kept_in_the_field_where_nothing_was_typed(client: FlaskClient) -> None:
    assert "data-typed" not in client.get("/ask").text
    assert "data-typed" not in client.get("/ask/all?from=cwc").text


def test_near_names_are_also_those_of_sites(client: FlaskClient) -> None:
    answer = client.get("/check?" + urlencode(asked(**{"from": "New Cross"}))).text
    near = answer.partition("Nearest in the record")[2].partition("</ul>")[0]
    assert "The Royal Wolverhampton NHS Trust" in near


@pytest.mark.parametrize("path", ["/ask", "/ask/to?from=cwc", "/ask/all", "/ask/from?find=ccg"])
def test_lists_say_which_bodies_have_ended(client: FlaskClient, path: str) -> None:
    text = unescape(re.sub(r"<[^>]+>", "|", client.get(path).text))
    assert "NHS Wolverhampton Clinical Commissioning Group (ended 31 March 2021)" in text
    assert "City of Wolverhampton Council (ended" not in text


def test_a_body_that_ended_may_still_be_asked_about(client: FlaskClient) -> None:
    shown = words(client, "/answer", **asked(**{"from": "wolverhampton-ccg", "on": "2020-03-01"}))
    assert "From NHS Wolverhampton Clinical Commissioning Group" in shown
    shown = words(client, "/check", **asked(**{"from": "wolverhampton-ccg"}))
    assert "NHS Wolverhampton Clinical Commissioning Group (ended 31 March 2021)" in shown


def test_a_body_has_ended_where_its_page_says_so(client: FlaskClient) -> None:
    gone = ended(snapshot(), DAY)
    assert len(gone) > 3
    for body, when in gone.items():
        page = words(client, f"/doc/{body.partition('/id/')[2] or body.removeprefix(terms.BASE)}")
        assert when.removeprefix("ended ") in page
        assert "The law that it held by its types is not listed" in page


def test_a_program_may_use_such_a_name_too(client: FlaskClient) -> None:
    answer = client.get("/api/ask?" + urlencode(asked()))
    assert answer.json["question"]["from"] == TRUST
