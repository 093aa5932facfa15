"""A queue of jobs with a grader of the test's own, in place of sandboxes."""

from __future__ import annotations

import pytest
from queue_run import Run


@pytest.fixture
def run(tmp_path):
    """A `Run` on an empty store."""
    made = Run(str(tmp_path / "results.sqlite"))
    yield made
    made.store.close()
