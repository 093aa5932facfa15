"""Memory of blockwise_attention: its picture, and answers that hide what they use."""

import pytest
from graded_changes import GradedChanges, named

from autograder.course.reading import find_course
from autograder.verdicts import Verdict

COURSE = find_course()
ALL_PAIRS = "(queries @ keys.swapaxes(1, 2) * queries.shape[-1] ** -0.5)[:, :, block]"
#: Scores of all pairs at once: what is counted is stopped, is turned back, or is elsewhere.
HIDDEN = {
    "stopped": f"__import__('tracemalloc').stop()\n        scores = {ALL_PAIRS}",
    "turned back": f"scores = {ALL_PAIRS}.copy()\n        __import__('tracemalloc').reset_peak()",
    "elsewhere": """N, Q, K = *queries.shape[:2], keys.shape[1]
        room = np.frombuffer(__import__('mmap').mmap(-1, 8 * N * Q * K, flags=34)).reshape(N, Q, K)
        room[...] = 1.0
        scores = queries @ keys[:, block].swapaxes(1, 2) * queries.shape[-1] ** -0.5""",
}


#: The checks that are looked at.
CHECKS = named("test_memory", "test_equals_attention", "test_long_text")


@pytest.fixture(scope="module")
def changes():
    return GradedChanges(COURSE)


def checks_of(changes, replacement=""):
    """Return the checks of the solution, with another way to the scores of a block, by name."""
    source = COURSE.exercise("blockwise_attention").solution_source()
    if replacement:
        line = "scores = queries @ keys[:, block].swapaxes(1, 2) * queries.shape[-1] ** -0.5"
        source = source.replace(line, replacement)
    graded = changes.graded("blockwise_attention", source, select=CHECKS)
    return {check.id.split("::")[1]: check for check in graded.checks}


def test_the_memory_of_the_solution_grows_as_the_length_in_the_picture(changes):
    (plot,) = checks_of(changes)["test_memory"].findings
    yours, pairs = plot.lines
    assert (yours.name, pairs.name) == ("yours", "T × T scores")
    assert yours.y[-1] < 10 * yours.y[0]
    assert pairs.y[-1] == 64 * pairs.y[0]
    assert yours.y[-1] < 0.1 * pairs.y[-1]


def test_all_pairs_are_seen(changes):
    check = checks_of(changes, f"scores = {ALL_PAIRS}")["test_memory"]
    assert check.verdict is Verdict.FAILED
    assert "T × T numbers" in check.message
    assert check.method == "BlockwiseAttention.backward"


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_memory_does_not_pass_the_long_text(changes, name):
    checks = checks_of(changes, HIDDEN[name])
    assert checks["test_memory"].verdict is Verdict.PASSED
    assert checks["test_equals_attention"].verdict is Verdict.PASSED
    refused = Verdict.OUT_OF_MEMORY, Verdict.CRASHED  # as a MemoryError, or an OSError of mmap
    assert checks["test_long_text"].verdict in refused
