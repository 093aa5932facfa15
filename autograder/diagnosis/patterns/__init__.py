"""Patterns of mistakes, found by comparison of wrong answers with right answers.

Patterns do not know the exercise. A pattern gets the evidence of one check and returns a sentence
that holds for all its wrong answers, or None. The first sentence is used. The table is ordered
from special patterns to general ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.patterns.answer_forms import LISTS, TYPES
from autograder.diagnosis.patterns.arrangement import ARRANGEMENT, ENDS
from autograder.diagnosis.patterns.effects import EFFECTS
from autograder.diagnosis.patterns.places import PLACES
from autograder.diagnosis.patterns.scaling import FUNCTIONS, SCALING
from autograder.results.report import Diagnosis

Pattern = Callable[[AnswerEvidence], str | None]

__all__ = ["ANSWERS", "EFFECTS", "LISTS", "PATTERNS", "SCALING", "told_by", "told_by_each"]

PATTERNS: dict[str, Pattern] = {**SCALING, **ARRANGEMENT, **ENDS, **FUNCTIONS, **PLACES}
#: Patterns of answers without arrays, or of another kind.
ANSWERS: dict[str, Pattern] = {**TYPES, **LISTS}

#: Patterns whose number may differ between checks, because it depends on sizes or options.
PER_CHECK = ("factor",)


def told_by(
    patterns: Mapping[str, Pattern],
    group: Mapping[str, AnswerEvidence],
    together: AnswerEvidence | None = None,
) -> dict[str, Diagnosis]:
    """Return check id -> what the first pattern says that holds in all checks of `group`.

    Args:
        together: the joint evidence; without it, each check may have a sentence of its own.
    """
    for name, pattern in patterns.items():
        said = pattern(together) if together else None
        told = {c: said if together else pattern(evidence) for c, evidence in group.items()}
        diagnoses = {c: Diagnosis(f"generic/{name}", words) for c, words in told.items() if words}
        if len(diagnoses) == len(group):
            return diagnoses
    return {}


def told_by_each(
    patterns: Mapping[str, Pattern], group: Mapping[str, AnswerEvidence], together: AnswerEvidence
) -> dict[str, Diagnosis]:
    """Return what `patterns` say of a part of what is wrong in `group`, where they say no more.

    This is what a `PER_CHECK` pattern says of each check, or what patterns say of one wrong array.
    """
    per_check = {name: patterns[name] for name in PER_CHECK if name in patterns}
    if told := told_by(per_check, group):
        return told
    diagnoses: dict[str, Diagnosis] = {}
    for name in dict.fromkeys(pair.name for pair in together.wrong):
        wrong = tuple(pair for pair in together.wrong if pair.name == name)
        concerned = {c: e for c, e in group.items() if any(p.name == name for p in e.wrong)}
        said = told_by(patterns, concerned, replace(together, wrong=wrong, effects=()))
        for check, diagnosis in said.items():
            first = diagnoses.setdefault(check, diagnosis)
            if first != diagnosis and first.second is None:
                diagnoses[check] = replace(first, second=diagnosis)
    return diagnoses
