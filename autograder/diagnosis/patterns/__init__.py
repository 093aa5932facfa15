"""Patterns of mistakes, found by comparison of wrong answers with right answers.

Patterns do not know the exercise. A pattern gets the evidence of one check and returns a sentence
that holds for all its wrong answers, or None. The first sentence is used. The table is ordered
from special patterns to general ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.patterns.answer_forms import LISTS, TYPES
from autograder.diagnosis.patterns.arrangement import ARRANGEMENT, ENDS, ROWS
from autograder.diagnosis.patterns.effects import EFFECTS
from autograder.diagnosis.patterns.scaling import FUNCTIONS, SCALING
from autograder.results.report import Diagnosis

Pattern = Callable[[AnswerEvidence], str | None]

__all__ = ["ANSWERS", "EFFECTS", "LISTS", "PATTERNS", "SCALING", "told_by", "told_by_each"]

PATTERNS: dict[str, Pattern] = {**SCALING, **ARRANGEMENT, **ENDS, **FUNCTIONS, **ROWS}
#: Patterns of answers without arrays, or of another kind.
ANSWERS: dict[str, Pattern] = {**TYPES, **LISTS}


def told_by(
    patterns: Mapping[str, Pattern],
    group: Iterable[str],
    together: AnswerEvidence,
) -> dict[str, Diagnosis]:
    """Return check id -> what the first pattern says that holds in all checks of `group`."""
    for name, pattern in patterns.items():
        if words := pattern(together):
            return dict.fromkeys(group, Diagnosis(f"generic/{name}", words))
    return {}


def told_by_each(
    patterns: Mapping[str, Pattern], group: Mapping[str, AnswerEvidence], together: AnswerEvidence
) -> dict[str, Diagnosis]:
    """Return what `patterns` say of one wrong array in `group`, where they say no more of all."""
    diagnoses: dict[str, Diagnosis] = {}
    for name in dict.fromkeys(pair.name for pair in together.wrong):
        wrong = tuple(pair for pair in together.wrong if pair.name == name)
        concerned = [c for c, e in group.items() if any(pair.name == name for pair in e.wrong)]
        said = told_by(patterns, concerned, replace(together, wrong=wrong, effects=()))
        for check, diagnosis in said.items():
            first = diagnoses.setdefault(check, diagnosis)
            if first != diagnosis and first.second is None:
                diagnoses[check] = replace(first, second=diagnosis)
    return diagnoses
