"""Tagged sentences as a task: a window per word, and the F1 of whole entities."""

import numpy as np
import pytest

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.tasks.tagger import backend_windows, tagging_task

ADA = TaggedSentence(("ada", "lovelace", "rests"), ("B-PER", "I-PER", "O"))
TURIN = TaggedSentence(("turin",), ("B-LOC",))
CORPUS = TaggedCorpus(
    "c", [ADA], [TURIN, ADA], Vocabulary(["ada", "lovelace", "rests"]), test=[TURIN]
)


@pytest.fixture(scope="module", params=["numpy", "torch"])
def windows(request):
    return backend_windows(Backend(Plugins().registry, request.param))


def test_windows_do_not_reach_into_the_next_sentence(windows):
    task = tagging_task(CORPUS, 1, windows)
    assert task.inputs.tolist() == [[0, 3, 4], [3, 4, 5], [4, 5, 0]]
    assert task.valid.inputs.tolist() == [[0, 1, 0], [0, 3, 4], [3, 4, 5], [4, 5, 0]]
    assert [task.classes[label] for label in task.labels] == ["B-PER", "I-PER", "O"]


def test_entities_are_scored_whole_and_a_type_that_was_never_seen_counts_as_missed(windows):
    task = tagging_task(CORPUS, 1, windows)
    b, i, o = (task.classes.index(tag) for tag in ("B-PER", "I-PER", "O"))
    assert task.valid.score(np.array([o, b, i, o])) == pytest.approx(2 / 3)
    assert task.valid.score(np.array([o, b, o, o])) == 0
    assert task.valid.details(np.array([o, b, i, o]))[1:3] == [
        "LOC      1.0000  0.0000  0.0000         1",
        "PER      1.0000  1.0000  1.0000         1",
    ]


def test_windows_of_another_shape_are_refused():
    with pytest.raises(BadInputError, match=r"should be \(3, 3\), but are \(3, 5\).*`grade"):
        tagging_task(CORPUS, 1, lambda ids, size: np.zeros((len(ids), 5), dtype=np.int64))
