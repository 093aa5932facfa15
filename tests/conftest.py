"""One thread for linear algebra, as `grade` has it; no CI server, which must name a course.

No test depends on the time that something takes: properties have no deadline.
"""

from __future__ import annotations

import os
from contextlib import suppress

from autograder.grading.setting import CI_VARIABLES

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

for variable in CI_VARIABLES:
    os.environ.pop(variable, None)

with suppress(ModuleNotFoundError):  # the lowest versions are tested without it
    from hypothesis import settings

    settings.register_profile("gradus", deadline=None)
    settings.load_profile("gradus")
