"""The nearest covered question: the same sharing under a closer name, never another purpose."""

from __future__ import annotations

from datetime import date

import pytest

from tests.browser.shipped import snapshot
from vires import decide

BASE = "https://w3id.org/vires/"


def nearest(purpose: str, category: str) -> list[str]:
    asked = decide.parse_question(
        snapshot(),
        from_="cwc",
        to="wmp",
        purpose=purpose,
        category=category,
        subjects=None,
        on=date(2026, 11, 25),
    )
    answer = decide.ask(snapshot(), asked)
    assert answer.verdict != "covered"
    return [change for near in answer.near_misses if not near.fails for change in near.change]


@pytest.mark.parametrize(
    ("purpose", "category", "change"),
    [
        (
            "child-safeguarding",
            "child-safeguarding-concern",
            f"Look at the purpose {BASE}purpose/multi-agency-front-door",
        ),
        (
            "section-47-enquiry",
            "child-safeguarding-concern",
            f"Look at the information {BASE}category/child-protection-status",
        ),
    ],
)
def test_the_nearest_question_is_the_same_sharing(purpose: str, category: str, change: str) -> None:
    assert nearest(purpose, category) == [change]


def test_no_other_purpose_is_suggested() -> None:
    assert nearest("fraud", "child-safeguarding-concern") == []
