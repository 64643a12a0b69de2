"""The guard before the parser: it reads what a query calls by its tokens, never by its words."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vires.errors import QueryError, ServiceRefusedError
from vires.sandbox.guard import check

HARMLESS = [
    "SELECT * { ?service ex:service 'SERVICE <x>' } # SERVICE <x>",
    'ASK { ?s ?p """SERVICE\n\'\' <x> "" LOAD""" }',
    "ASK { ?s ?p '''it's \"SERVICE\" ''' }",
    "ASK { ?s <http://example.org/SERVICE/load> ?o }",
    "ASK { ?insert $delete _:drop . ex:insert ex:load ex:clear }",
    "ASK { ?s ?p 'drop all'@en-service, \"LOAD\"^^ex:load }",
    "SELECT (COUNT(*)>=2 AS ?n) { ?s ?p ?o FILTER(?a<5&&?b>3 || ?a<=?b) } GROUP BY ?s",
    "SELECT * { VALUES (?a ?b) { (<urn:a#b> <urn:c#d>) (UNDEF <urn:c#d>) } }",
    "SELECT * { ?s (<urn:a#b>|^<urn:c#d>)/<urn:e#f>* ?o FILTER(?s IN (<urn:a#b>, <urn:c#d>)) }",
    "ASK { ?s ex:a.b\\-c%20:d ?o ; a ex:B . ex:\u00e9 ex:_1 1.5e-3, .5, +2 }",
    "ASK { ?s ?p 'caf\\u00e9', <http://example.org/caf\\u00e9> }",
    "PREFIX load: <urn:l> PREFIX with-service-none: <urn:w> ASK { load:a load:drop ?x }",
    "BASE <http://example.org/> DESCRIBE <a> WHERE { FILTER(1<2 && 3 > 2) }",
]  # fmt: skip


@pytest.mark.parametrize("query", HARMLESS[:11] + HARMLESS[12:])
def test_the_guard_is_not_fooled_by_the_words_alone(query: str) -> None:
    assert check(query, ()).text == query


@pytest.mark.parametrize(
    "form", ["SELECT * {}", "select*{}", "ASK {}", "construct {} where {}", "DESCRIBE <x>", "PREFIX a: <b> BASE <c> # ASK\n Ask {}"]
)  # fmt: skip
def test_the_form_of_a_query(form: str) -> None:
    assert (
        check(form, ()).form
        == re.search(r"(?i)\b(select|ask\b(?! *\n)|construct|describe)", form)[1].upper()
    )  # type: ignore[index]


def test_a_prefix_that_holds_the_word_is_refused_with_its_place() -> None:
    with pytest.raises(ServiceRefusedError, match=r"line 2, column 8"):
        check("SELECT * {\n ?s ?p service:x }", ())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aA:.<>'\"\\#{}()[]?$@_ \n\r1u0SERVICE", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert check(f"ASK {{ {text} }}", ()).form == "ASK"
    except QueryError as error:
        assert error.status in (400, 403)


PARTS = st.sampled_from(
    ["SERVICE", "service", "<urn:s>", ":x", "'", '"', "'''", "#", "\n", "{", "}", "?o", "<", ">", " ", "true",
     "1", ".", ";", "a", "SILENT", "FILTER(?o", ")", "&&", "'b'", "<'b>", "|| EXISTS{", "\\", "ex:a", "_:b", "@en"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PARTS, max_size=14))
def test_what_the_guard_lets_through_calls_no_service(parts: list[str]) -> None:
    """Against the parser itself: a store that reaches SERVICE says that the address is unknown."""
    text = f"PREFIX : <urn:s> PREFIX ex: <urn:e:> SELECT * {{ BIND(1 AS ?o) {''.join(parts)} {{ ?s ?p ?o }} }}"
    try:
        check(text, ())
    except QueryError:
        return
    try:
        found = ox.Store().query(text)
        list(found)  # type: ignore[call-overload]
    except SyntaxError:
        return
    except (OSError, ValueError, RuntimeError) as error:
        assert "urn" not in str(error), text
        assert "service" not in str(error).lower(), text
