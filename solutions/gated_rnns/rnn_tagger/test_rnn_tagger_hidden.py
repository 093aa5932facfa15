"""Hidden checks of the tagger: other cells and sizes, gradients, sentences without words."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, paired_models, refuses


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(1)
@pytest.mark.promise("RecurrentTagger.forward.ids", "RecurrentTagger.cell")
def test_sentences_of_one_word_and_other_cells(submission, reference, rng):
    """RecurrentTagger: one sentence of one word, one tag, and both directions of a GRU."""
    name = "RecurrentTagger"
    for cell, both, tags in (("gru", True, 1), ("lstm", False, 5)):
        pair = paired_models(submission, reference, name, 4, 2, 3, tags, cell, both, rng=rng)
        pair.same_backward(np.array([[2]]), rng=rng)
        pair.same_backward(np.array([[1, 3, 0, 0], [2, 0, 0, 0]]), rng=rng)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(0.5)
@pytest.mark.promise("RecurrentTagger.backward")
def test_gradients_are_right(submission, reference, rng):
    """RecurrentTagger: its gradients are those of its own forward."""
    pair = paired_models(submission, reference, "RecurrentTagger", 5, 3, 3, 2, rng=rng)
    pair.gradients_agree(np.array([[1, 2, 1], [4, 1, 0]]), rng=rng)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(0.25)
@pytest.mark.hint("The given `_check_ids` raises it: call it before you look the words up.")
@pytest.mark.promise("RecurrentTagger.forward.raises")
def test_ids_out_of_range(submission, reference, rng):
    """RecurrentTagger: an id outside 0 ... V−1 raises an IndexError."""
    pair = paired_models(submission, reference, "RecurrentTagger", 5, 3, 3, 2, rng=rng)
    for ids in ([[1, 5]], [[1, -1]]):
        refuses(pair.student, "forward", np.array(ids), error=("IndexError",))


@pytest.mark.task("tagging_accuracy")
@pytest.mark.points(0.25)
@pytest.mark.promise("tagging_accuracy")
def test_accuracy_without_words(submission, reference, rng):
    """tagging_accuracy: sentences of padding alone, and tags at padding that happen to be right."""
    logits = rng.normal(size=(2, 3, 4))
    tags, none = logits.argmax(axis=-1), np.zeros((2, 3), dtype=int)
    equal(submission.tagging_accuracy(logits, tags, none), 0.0, "the accuracy without words")
    agrees(submission, reference, "tagging_accuracy", logits, (tags + 1) % 4, none + 1)
    agrees(submission, reference, "tagging_accuracy", logits, tags, np.array([[1, 0, 0]] * 2))
    ids = np.array([[0, 0, 0], [0, 3, 0]])
    equal(submission.tagging_accuracy(logits, tags, ids), 1.0, "the accuracy of one right word")


@pytest.mark.task("next_word_tags")
@pytest.mark.points(0.5)
@pytest.mark.promise("next_word_tags")
def test_next_word_tags_of_two_words(submission, reference, rng):
    """next_word_tags: sentences of two words, as a new array."""
    ids = np.vstack([rng.integers(1, 9, size=2), [0, 0]])
    agrees(submission, reference, "next_word_tags", ids)
