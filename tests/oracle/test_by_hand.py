"""The oracle on one small world, read by hand from decision.md."""

from __future__ import annotations

from typing import Any

import pytest

from .answers import answer, load

V, R, X = "https://w3id.org/vires/ns#", "https://w3id.org/vires/", "https://e.example/"
DAY = "^^<http://www.w3.org/2001/XMLSchema#date>"
BOOL = "^^<http://www.w3.org/2001/XMLSchema#boolean>"

WORLD = """
x:a a v:PublicBody ; x:b a v:PrivateBody
x:a v:hasType r:org-type/council ; x:b v:hasType r:org-type/charity
x:fw v:hasProfile x:prof ; x:prof v:requiresLevel r:level/purposes, r:level/principles
x:i1 v:functionalLevel r:level/principles ; x:i2 v:functionalLevel r:level/purposes
x:i2 v:forCommunity x:com ; x:i3 v:forCommunity x:com ; x:i3 v:inFramework x:fw
x:i3 a v:InformationSharingAgreement
x:v1 v:versionOf x:i1 ; x:v2 v:versionOf x:i2 ; x:v3 v:versionOf x:i3
x:v3 v:underpinnedBy x:v2 ; x:v2 v:underpinnedBy x:v1
x:v1 v:commencesOn 2020-01-01 ; x:v2 v:commencesOn 2020-01-01 ; x:v3 v:commencesOn 2020-01-01
x:v2 v:statesPurpose r:purpose/help ; x:v2 v:citesPower x:w
r:purpose/wmp skos:broader r:purpose/help ; r:category/name skos:broader r:category/basic
r:category/basic v:sensitivity r:sensitivity/ordinary
x:f v:flowOf x:v3 ; x:f v:hasSide x:d, x:r ; x:f v:forPurpose r:purpose/help
x:f v:sharesCategory r:category/basic ; x:f v:aboutSubjects r:subjects/adult
x:d a v:DisclosingSide ; x:d v:sideOrganisation x:a ; x:d v:regime r:regime/general
x:r a v:ReceivingSide ; x:r v:sideOrganisation x:b ; x:r v:regime r:regime/general
x:d v:reliesOnBasis x:six ; x:r v:reliesOnBasis x:six ; x:six a v:Article6Basis
x:d v:reliesOnPower x:w ; x:w a v:PermissivePower ; x:w v:strength r:strength/gateway
x:w v:holderType r:org-type/council ; x:w v:openRecipient true
x:w v:permitsPurpose r:purpose/all ; x:w v:permitsData r:category/any
x:w v:commencementStatus r:commencement/in-force ; x:w v:inForceFrom 2010-01-01
x:p1 a v:Participation ; x:p1 v:participant x:a ; x:p1 v:participatesIn x:v3
x:p2 a v:Participation ; x:p2 v:participant x:b ; x:p2 v:participatesIn x:v3
x:m1 a v:CommunityMembership ; x:m1 org:member x:a ; x:m1 v:inCommunity x:com
x:m2 a v:CommunityMembership ; x:m2 org:member x:b ; x:m2 v:inCommunity x:com
x:m1 v:memberFrom 2020-01-01 ; x:m2 v:memberFrom 2020-01-01
""" + "\n".join(
    f"x:s{n}{o} a v:Signature ; x:s{n}{o} v:signs x:v{n} ; x:s{n}{o} v:onBehalfOf x:{o} ; "
    f"x:s{n}{o} v:signedOn 2020-01-01"
    for n in (1, 2, 3)
    for o in "ab"
)
HEADS = {
    "v": V,
    "r": R,
    "x": X,
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
Q = {
    "from": X + "a",
    "to": X + "b",
    "purpose": R + "purpose/wmp",
    "category": R + "category/name",
    "subjects": None,
    "on": "2025-06-01",
}


def term(text: str) -> str:
    if text == "a":
        return "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    if text in ("true", "false"):
        return f'"{text}"{BOOL}'
    if text[0].isdigit():
        return f'"{text}"{DAY}'
    head, _, tail = text.partition(":")
    return f"<{HEADS[head]}{tail}>"


def nquads(short: str, graph: str = "x:g") -> str:
    lines = []
    for line in short.replace("\n", " ; ").split(" ; "):
        if line.strip():
            subject, prop, objects = line.split(maxsplit=2)
            for obj in objects.split(","):
                words = (subject, prop, obj.strip(), graph)
                lines.append(" ".join(term(w) for w in words) + " .\n")
    return "".join(lines)


def ask(more: str = "", less: str = "", **changed: Any) -> dict[str, Any]:
    text = nquads(WORLD)
    for line in nquads(less).splitlines(keepends=True):
        assert line in text
        text = text.replace(line, "")
    return answer(load(text + nquads(more)), {**Q, **changed})


def outcome(result: dict[str, Any], name: str) -> str:
    return str(result["routes"][0]["conditions"][name]["outcome"])


def test_covered_by_narrower_terms() -> None:
    result = ask()
    route = result["routes"][0]
    assert result["verdict"] == "covered", result["near_misses"]
    assert len(route["conditions"]) == 17 and route["tier_chain"] == [X + "v2", X + "v1"]
    assert "status-not-recorded" in route["cautions"] and result["powers"] == [[X + "w", "gateway"]]


def test_missing_signature_is_a_gap() -> None:
    result = ask(less="x:s3b v:signs x:v3")
    assert result["verdict"] == "gap"
    assert result["near_misses"] == [{"flow": X + "f", "fails": ["signed"]}]


def test_silence_is_cannot_tell() -> None:
    assert ask("x:s3b v:notStated v:signedOn", "x:s3b v:signedOn 2020-01-01")["verdict"] == (
        "cannot-tell"
    )
    assert ask("x:v3 v:notStated v:signs", "x:s3b v:signs x:v3")["verdict"] == "cannot-tell"


def test_ends_are_included() -> None:
    assert ask("x:v3 v:endsOn 2025-06-01")["verdict"] == "covered"
    assert ask("x:v3 v:endsOn 2025-05-31")["verdict"] == "gap"


def test_an_excluded_category_leaves_the_power() -> None:
    result = ask("x:f v:excludesCategory r:category/basic")
    assert result["verdict"] == "power-only" and not result["routes"][0]["describes"]


def test_swapped_parties_find_nothing() -> None:
    assert ask(**{"from": X + "b", "to": X + "a"})["verdict"] == "not-found"
    assert ask(to=X + "a")["reason"] == "same-organisation"


def test_a_suspension() -> None:
    status = "r:status/suspended v:isLive false ; x:i3 v:hadStatusEvent x:e ; "
    status += "x:e v:resultsInStatus r:status/suspended"
    assert outcome(ask(status + " ; x:e v:occurredOn 2025-01-01"), "version-in-force") == "not-met"
    assert outcome(ask(status), "version-in-force") == "cannot-tell"
    assert outcome(ask(status + " ; x:e v:occurredOn 2026-01-01"), "version-in-force") == "met"


def test_a_later_parent_takes_over_with_a_caution() -> None:
    more = "x:v9 v:versionOf x:i1 ; x:v9 v:revises x:v1 ; x:v9 v:commencesOn 2024-01-01"
    result = ask(more + " ; x:v9 v:continuesSignaturesOf x:v1")
    assert result["verdict"] == "covered"
    assert result["routes"][0]["tier_chain"] == [X + "v2", X + "v9"]
    assert "parent-revised" in result["routes"][0]["cautions"]
    assert outcome(ask(more), "bound-above") == "not-met"


def test_sensitivity() -> None:
    special = "r:category/name v:sensitivity r:sensitivity/special-category"
    nine = " ; x:n a v:Article9Condition"
    nine += " ; x:d v:reliesOnCondition x:n ; x:r v:reliesOnCondition x:n"
    assert outcome(ask(special), "article-9") == "not-met"
    assert ask(special + nine)["verdict"] == "covered"
    assert (
        outcome(
            ask(less="r:category/basic v:sensitivity r:sensitivity/ordinary"), "confidentiality"
        )
        == "cannot-tell"
    )


def test_secrecy_bites_until_lifted() -> None:
    bite = (
        "x:k a v:SharingRestriction ; x:k v:holderType r:org-type/council ; "
        "x:k v:commencementStatus r:commencement/in-force ; "
        "x:k v:restrictionKind r:restriction-kind/holder-secrecy"
    )
    assert outcome(ask(bite), "restriction") == "not-met"
    assert ask(bite + " ; x:k v:liftedBy x:w")["verdict"] == "covered"


def test_a_limit_that_states_data() -> None:
    limit = (
        "x:k a v:SharingRestriction ; x:k v:holderType r:org-type/council ; x:k v:limits x:w ; "
        "x:k v:commencementStatus r:commencement/in-force ; "
        "x:k v:restrictionKind r:restriction-kind/limits-power"
    )
    assert "power-limited" in ask(limit)["routes"][0]["cautions"]
    assert ask(limit + " ; x:k v:restrictsData r:category/basic")["verdict"] == "gap"
    assert ask(limit)["restrictions"] == [[X + "k", "limits-power"]]


def test_drafts_and_bad_lines() -> None:
    draft = nquads("x:g v:isDraft true", "x:meta")
    assert answer(load(nquads(WORLD) + draft), Q)["verdict"] == "not-found"
    with pytest.raises(ValueError):
        load("<a> <b> <c>\n")
