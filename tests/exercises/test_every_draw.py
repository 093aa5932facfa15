"""Right code passes whatever a check draws: no check asks for what only most draws give.

The reference is graded in this process, which takes a fraction of a second for each seed. Checks
that train models have thresholds, which a calibration measures. `test_alternates.py` asks the same
of code in other styles, with fewer seeds.
"""

import pytest
from right_answers import COURSE, SEEDS, reference_failures


@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda exercise: exercise.name)
def test_the_reference_passes_whatever_is_drawn(exercise):
    assert list(reference_failures(exercise, SEEDS)) == []
