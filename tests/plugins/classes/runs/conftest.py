"""A queue of jobs in an empty store."""

import pytest
from queue_run import Run


@pytest.fixture
def run(tmp_path):
    """A `Run` on an empty store."""
    made = Run(str(tmp_path / "results.sqlite"))
    yield made
    made.store.close()
