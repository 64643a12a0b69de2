"""The words of an answer (decision.md section 7). Nothing here says what a person should do."""

from __future__ import annotations

from typing import Final

from vires.decide.logic import Caution

URGENT: Final = (
    "If someone may be at risk of serious harm, share what is necessary and proportionate with "
    "those who can act, now. In immediate danger call 999. Record why afterwards."
)

HEADINGS: Final = {
    "covered": "A documented route covers this",
    "cannot-tell": "The record cannot tell",
    "gap": "An agreement describes this sharing; the record shows a gap",
    "power-only": "No agreement is recorded. A power to share is",
    "not-found": "No documented route found here. That is not a refusal.",
}

NOT_RECORDED: Final = "not recorded"
NOT_STATED: Final = "not stated in the source"

NOT_TESTED: Final = (
    "necessity",
    "proportionality",
    "Article 8",
    "data minimisation",
    "fairness",
    "compatibility with the purpose of collection",
    "validity of any consent",
)

_CAUTIONS: Final = {
    "case-by-case": "This basis in confidence is judged case by case.",
    "deceased": "About people who have died: confidence still applies.",
    "end-date-not-stated": "An end date is not stated in the source.",
    "extent-not-recorded": "Where this reading of the law applies is not recorded.",
    "illustrative": "This rests on an illustrative agreement, which binds nobody.",
    "method-not-recorded": "How to send the information is not recorded.",
    "nation-not-recorded": "The nation of the holder is not recorded.",
    "no-dpia-recorded": "No data protection impact assessment is recorded.",
    "objective-to-check": "Both bodies must be listed for the same objective: check the Schedule.",
    "parent-revised": "The agreement names an earlier version of what it stands on.",
    "part-excluded": "The agreement excludes a part of this information.",
    "part-restricted": "A restriction reaches a part of this information.",
    "participation-dates-not-stated": "When a body takes part is not stated in the source.",
    "power-limited": "A limit in the law cuts the power down: read it.",
    "reading-unchecked": "Our reading of this law was not checked against the current text.",
    "retention-not-recorded": "How long the information is kept is not recorded.",
    "review-overdue": "The review of the agreement is overdue.",
    "signed-late": "A body signed after the agreement commenced.",
    "start-date-not-recorded": "When this law came into force is not recorded.",
    "status-not-recorded": "The status of the agreement is not recorded.",
    "trigger": "This law bites on a trigger",
    "under-review": "The agreement is under review.",
}


def caution(code: str, detail: str = "") -> Caution:
    """The caution of a code, with its sentence; `detail` is added after a colon."""
    text = _CAUTIONS[code]
    return Caution(code, f"{text.rstrip('.')}: {detail}" if detail else text)
