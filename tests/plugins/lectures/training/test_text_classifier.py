"""Labelled texts as a task: whose words and labels are known."""

import numpy as np
import pytest

from framework.data.labelled import LabelledText, TextCorpus
from framework.errors import BadInputError
from plugins.lectures.training.text_classifier import text_part, text_task


def texts(*lines):
    return [LabelledText(tuple(words.split()), label) for label, words in lines]


CORPUS = TextCorpus(
    "c",
    texts(("b", "good good film"), ("a", "bad film")),
    valid=texts(("a", "bad day")),
    test=texts(("b", "good day today")),
)


def test_words_and_classes_are_those_of_the_part_to_learn_from():
    task = text_task(CORPUS, minimum_count=1)
    assert task.vocabulary.words[3:] == ("film", "good", "bad")
    assert task.classes == ("a", "b")
    assert task.train.groups[0].inputs.tolist() == [[4, 4, 3], [5, 3, 0]]
    assert task.train.labels.tolist() == [1, 0]
    assert task.valid.groups[0].inputs.tolist() == [[5, 1]]
    assert task.test.groups[0].inputs.tolist() == [[4, 1, 1]]
    assert task.described == ("2 texts to learn from, 1 held out, 1 to test, 2 classes, 6 words")
    assert text_task(CORPUS, minimum_count=2).vocabulary.words[3:] == ("film", "good")


def test_the_score_is_the_share_of_right_classes():
    part = text_part(
        [*CORPUS.train, *CORPUS.valid], text_task(CORPUS, minimum_count=1).vocabulary, "ab"
    )
    assert part.score(np.array([1, 0, 1])) == pytest.approx(2 / 3)


def test_labels_that_cannot_be_learned_are_refused():
    first = TextCorpus("c", texts(("a", "good")), valid=texts(("a", "bad")))
    with pytest.raises(BadInputError, match="all texts of c to learn from have the label 'a'"):
        text_task(first, minimum_count=1)
    other = TextCorpus("c", CORPUS.train, valid=texts(("z", "bad")))
    with pytest.raises(BadInputError, match="label 'z' is unknown to the model: it learned a, b"):
        text_task(other, minimum_count=1)
