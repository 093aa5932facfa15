"""Where `grade` leaves the exercise under test for the fixtures of the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autograder.grading.under_test import ExerciseUnderTest

UNDER_TEST: pytest.StashKey[ExerciseUnderTest] = pytest.StashKey()
