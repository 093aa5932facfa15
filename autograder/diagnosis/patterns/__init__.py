"""Patterns of mistakes, found by comparison of wrong answers with right answers.

Patterns do not know the exercise. A pattern gets the evidence of one check and returns a sentence
that holds for all its wrong answers, or None. The first sentence is used. The table is ordered
from special patterns to general ones.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.patterns.answers import LISTS, TYPES
from autograder.diagnosis.patterns.arrangement import ARRANGEMENT, ENDS
from autograder.diagnosis.patterns.effects import EFFECTS
from autograder.diagnosis.patterns.places import PLACES
from autograder.diagnosis.patterns.scaling import FUNCTIONS, SCALING

Pattern = Callable[[AnswerEvidence], str | None]

__all__ = ["ANSWERS", "EFFECTS", "LISTS", "PATTERNS", "PER_CHECK", "Pattern"]

PATTERNS: dict[str, Pattern] = {**SCALING, **ARRANGEMENT, **ENDS, **FUNCTIONS, **PLACES}
#: Patterns of answers without arrays, or of another kind.
ANSWERS: dict[str, Pattern] = {**TYPES, **LISTS}

#: Patterns whose number may differ between checks, because it depends on sizes or options.
PER_CHECK = ("factor",)
