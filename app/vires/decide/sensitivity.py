"""What a category of data is, in law: its sensitivities (decision.md section 3.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vires import terms
from vires.decide.logic import DOES_NOT_APPLY, Finding, cannot_tell
from vires.decide.record import Record, remembered


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """What is stated of a category, of every broader one and of every narrower one shared.

    `stated` holds IRIs; `settled` is false where neither the category nor a broader one states
    any; `unclear` is true where some statement cannot be read.
    """

    stated: frozenset[str]
    settled: bool
    unclear: bool

    def test(self, sensitivity: str, found: Callable[[], Finding]) -> Finding:
        """What `found` finds where the category is of a sensitivity; else it does not apply."""
        if not self.settled:
            return cannot_tell(terms.SENSITIVITY)
        if sensitivity in self.stated:
            return found()
        return cannot_tell(terms.SENSITIVITY) if self.unclear else DOES_NOT_APPLY


@remembered
def sensitivities(record: Record, category: str, excluded: tuple[str, ...] = ()) -> Sensitivities:
    """The sensitivities of a category; a narrower category that is `excluded` does not count."""
    above = {category, *record.broader(category)}
    below = {
        node
        for node in record.narrower(category)
        if not any(record.within(node, other) for other in excluded)
    }
    settled = any(record.iris(node, terms.SENSITIVITY) for node in above)
    values = [value for node in above | below for value in record.values(node, terms.SENSITIVITY)]
    stated = frozenset(value for value in values if isinstance(value, str))
    return Sensitivities(stated, settled, len(stated) < len(set(values)))
