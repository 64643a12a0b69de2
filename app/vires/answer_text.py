"""An answer in plain lines, for a terminal or a letter (decision.md section 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vires.decide import HEADINGS, Answer
from vires.decide.answer import Route

Label = Callable[[str], str]
"""What a thing is called, by its IRI."""


def lines(answer: Answer, label: Label) -> Iterator[str]:
    """The answer line by line; the urgent statement is the first."""
    asked = answer.question
    yield answer.urgent.statement
    yield ""
    if answer.illustrative:
        yield "Example data"
        yield "This answer rests on illustrative agreements, which bind nobody."
        yield ""
    yield HEADINGS[answer.verdict]
    yield (
        f"From {label(asked.from_)} to {label(asked.to)}: {label(asked.category)}, "
        f"for {label(asked.purpose)}, as at {uk_date(answer.as_at)}. "
        "This is what the record documents. Whether to share is your decision."
    )
    if answer.reason == "same-organisation":
        yield "Both are one organisation: purpose and need to know decide inside it."
    for route in answer.routes:
        yield ""
        yield from _route(route, label)
    yield from _near(answer, label)
    yield from _law(answer, label)
    yield ""
    yield "What is not tested"
    yield from (f"  {item}" for item in answer.not_tested)
    yield ""
    yield "Who to ask"
    yield from (f"  {label(c.organisation)}: {c.role}, {c.how}" for c in answer.urgent.contacts)
    yield ""
    yield "Record this"
    yield (
        f"  {uk_date(answer.as_at)}. Decided to [share, share in part, not share, refer]. "
        f"Asked: {label(asked.category)}, {label(asked.from_)} to {label(asked.to)}, "
        f"for {label(asked.purpose)}. Basis: [under agreement, power, duty, emergency, "
        "professional judgement]. Reasons: [your words]."
    )
    yield ""
    yield f"As at {uk_date(answer.as_at)}, on the {answer.rests_on} record. {answer.data_version}"


def uk_date(text: str) -> str:
    """A day as it is written in the United Kingdom, from its ISO form.

    >>> uk_date("2027-01-02")
    '2 January 2027'
    """
    months = "January February March April May June July August September October November December"
    year, month, day = text.split("-")
    return f"{int(day)} {months.split()[int(month) - 1]} {year}"


def _route(route: Route, label: Label) -> Iterator[str]:
    titles = {
        "covered": "The route",
        "cannot-tell": "A route that the record cannot tell of",
        "not-covered": "A route with a gap" if route.describes else "Another agreement",
    }
    yield titles[route.outcome]
    yield f"  Agreement: {label(route.version)}"
    if route.tier_chain:
        yield f"  Stands on: {'; '.join(label(version) for version in route.tier_chain)}"
    for name, found in route.conditions.items():
        if found.outcome != "met":
            word = {"not-met": "not met", "cannot-tell": "cannot tell"}[found.outcome]
            wanting = ", ".join(iri.rsplit("#", 1)[-1] for iri in found.missing)
            yield f"  {name}: {word}" + (f" ({wanting})" if wanting else "")
    if route.powers:
        yield f"  Relies on: {'; '.join(label(power) for power in route.powers)}"
    yield f"  Discloser's basis: {'; '.join(map(label, route.bases.discloser)) or 'not recorded'}"
    yield f"  Recipient's basis: {'; '.join(map(label, route.bases.recipient)) or 'not recorded'}"
    yield f"  Information: {'; '.join(map(label, route.data)) or 'not recorded'}"
    if route.excluded:
        yield f"  Excluded: {'; '.join(map(label, route.excluded))}"
    for caution in route.cautions:
        yield f"  Caution: {caution.text}"


def _near(answer: Answer, label: Label) -> Iterator[str]:
    if answer.near_misses:
        yield ""
        yield "What would have to change"
    for near in answer.near_misses:
        for change in near.change:
            words = change.split(" ")
            yield "  " + " ".join(label(w) if w.startswith("http") else w for w in words)


def _law(answer: Answer, label: Label) -> Iterator[str]:
    duties = {duty.power: duty for duty in answer.duties}
    if answer.powers:
        yield ""
        yield "Powers and duties in the law"
    for power in answer.powers:
        if power.power in duties:
            yield f"  {label(power.power)}: {_must(duties[power.power].text)}"
        else:
            form = f" ({power.data_form} only)" if power.data_form != "identifiable" else ""
            kind = "a duty of function: " if power.strength == "function" else "may share: "
            yield f"  {label(power.power)}{form}: {kind}{power.text}"
    if answer.restrictions:
        yield ""
        yield "Restrictions in the law"
    for restriction in answer.restrictions:
        yield f"  {label(restriction.power)}: {restriction.text}"


def _must(text: str) -> str:
    return text if text.startswith("must share if") else f"must share if its terms are met: {text}"
