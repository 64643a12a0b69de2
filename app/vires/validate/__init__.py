"""Checks a record by the consistency rules of `shapes/`, with two engines of one meaning.

`live` runs SELECTs compiled from the shapes; `reference` runs pyshacl. Each rule has three outcomes
for what it applies to: met, violated, and cannot tell where the record is silent. No outcome
changes, delays or hides an answer or the urgent statement.
"""

from vires.validate.catalogue import RECORD, Rule, rules, select
from vires.validate.check import ENGINES, check, profile_of, profiles, things_in
from vires.validate.evidence import Outcome
from vires.validate.forms import as_csv, as_json, as_table, as_text
from vires.validate.graph import Term
from vires.validate.outside import as_sarif, as_turtle
from vires.validate.report import Acceptance, Finding, Report, RuleRow, Silence
from vires.validate.words import SAID

__all__ = [
    "ENGINES", "RECORD", "SAID", "Acceptance", "Finding", "Outcome", "Report", "Rule", "RuleRow",
    "Silence", "Term", "as_csv", "as_json", "as_sarif", "as_table", "as_text", "as_turtle", "check",
    "profile_of", "profiles", "rules", "select", "things_in",
]  # fmt: skip
