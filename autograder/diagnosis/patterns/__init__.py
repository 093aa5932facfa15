"""What can be told from wrong answers beside the right ones alone, without knowing the exercise.

A pattern looks at the evidence of one check and gives a sentence that holds for every answer of it
that is wrong, or nothing. The first that does wins: the table runs from the particular to the
general.
"""

from __future__ import annotations

from collections.abc import Callable

from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.patterns.arrangement import ARRANGEMENT
from autograder.diagnosis.patterns.effects import EFFECTS
from autograder.diagnosis.patterns.functions import FUNCTIONS
from autograder.diagnosis.patterns.lists import LISTS
from autograder.diagnosis.patterns.places import PLACES
from autograder.diagnosis.patterns.scaling import SCALING

Pattern = Callable[[Evidence], str | None]

__all__ = ["EACH", "EFFECTS", "LISTS", "PATTERNS", "Pattern"]

PATTERNS: dict[str, Pattern] = {**SCALING, **ARRANGEMENT, **FUNCTIONS, **PLACES}

#: Patterns with a number that may be another one in every check, as it depends on sizes or options.
EACH = ("factor",)
