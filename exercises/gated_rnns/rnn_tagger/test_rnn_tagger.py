"""Checks of the tagger that you can see. The course has hidden ones, too.

Sentences consist of phrases such as *terribly very exciting movie*: one or two intensifiers, an
adjective, then nouns. The tag of a noun is the sentiment of the last adjective before it, that of
an intensifier is the sentiment of the next adjective after it. So the right tag of an intensifier
is to the right of it: no reader from left to right can do better than to guess.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    classifier_chunks,
    equal,
    expect,
    not_better_than_bayes,
    overfits,
    paired_models,
    trained_models,
)
from framework.data.batching import pad

RTOL = 1e-7
V, E, H, C = 9, 3, 4, 3
FORMS = [("rnn", True), ("rnn", False), ("lstm", True), ("gru", False)]
#: Words of the language: positive and negative adjectives, intensifiers, nouns.
ADJECTIVES, INTENSIFIERS, NOUNS = 8, 4, 6
WORDS = 1 + ADJECTIVES + INTENSIFIERS + NOUNS
PHRASES, LENGTH = 3, 4
SIZES = WORDS, 8, 16
#: A reader from left to right is right for adjectives and nouns, and guesses 1.5 of 4 words.
ONE_DIRECTION = 1 - 1.5 / LENGTH / 2


class Intensifiers:
    """A language in which the tag of some words is to the right of them.

    Args:
        rng: draws which id is which word.
    """

    def __init__(self, rng):
        self.ids = rng.permutation(np.arange(1, WORDS))

    def sample(self, count, rng):
        """Return ids `(count, T)`, their tags, and where the intensifiers stand."""
        kinds = np.empty((count, PHRASES, LENGTH), dtype=int)
        tags = np.empty_like(kinds)
        before = rng.integers(1, 3, size=(count, PHRASES))[:, :, None]
        position = np.arange(LENGTH)
        adjective = rng.integers(ADJECTIVES, size=(count, PHRASES))[:, :, None]
        kinds[...] = ADJECTIVES + INTENSIFIERS + rng.integers(NOUNS, size=kinds.shape)
        drawn = ADJECTIVES + rng.integers(INTENSIFIERS, size=kinds.shape)
        kinds = np.where(position < before, drawn, kinds)
        kinds = np.where(position == before, adjective, kinds)
        tags[...] = adjective % 2
        intensifier = np.broadcast_to(position < before, kinds.shape)
        flat = (count, PHRASES * LENGTH)
        return self.ids[kinds].reshape(flat), tags.reshape(flat), intensifier.reshape(flat)


def sentences(rng, *lengths):
    """Random sentences of these lengths, padded."""
    return pad([rng.integers(1, V, size=length) for length in lengths])


def taggers(submission, reference, cell, both, rng):
    """A student's tagger and the reference's, with the same parameters."""
    return paired_models(submission, reference, "RecurrentTagger", V, E, H, C, cell, both, rng=rng)


def accuracy(model, ids, tags):
    """Return the share of right tags."""
    return float((model.forward(ids).argmax(axis=-1) == tags).mean())


def accuracy_from_the_left(model, ids, tags, intensifier):
    """Return the accuracy as a share of the best one; fail if no reader can be that good."""
    answers = model.forward(ids).argmax(axis=-1)
    guesses = np.where(intensifier, 0, tags)
    not_better_than_bayes(answers.ravel(), guesses.ravel(), tags.ravel())
    return float((answers == tags).mean()) / ONE_DIRECTION


def learns_by_heart(submission, reference, both, rng):
    """Check first that one batch can be overfitted, before a long training."""
    ids = rng.permutation(np.arange(1, 13)).reshape(4, 3)
    tags = rng.integers(2, size=(4, 3))
    models = trained_models(submission, reference, "RecurrentTagger", 13, 8, 16, 2, "rnn", both,
                            rng=rng)  # fmt: skip
    overfits(models, ids, tags, classes=2, rng=rng)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(2)
@pytest.mark.hint("embedding[ids] → self.reader.forward(x, None, mask) → self.output.forward.")
@pytest.mark.promise("arguments-stay")
def test_forward(submission, reference, rng):
    """RecurrentTagger: scores of every tag for every word, from one direction and from both."""
    for cell, both in FORMS:
        taggers(submission, reference, cell, both, rng).same_forward(sentences(rng, 5, 5))


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(1.5)
@pytest.mark.hint("Give the reader the mask `ids != PAD`.")
def test_padding_is_ignored(submission, reference, rng):
    """RecurrentTagger: the scores of words do not depend on padding after them."""
    for cell, both in FORMS:
        pair, ids = taggers(submission, reference, cell, both, rng), sentences(rng, 5, 2, 3)
        alone = pair.same_forward(ids[1:2, :2])
        logits = pair.student.forward(ids)
        what = f"the scores of a sentence of two words beside longer ones ({cell})"
        equal(logits[1:2, :2], alone, what, rtol=RTOL)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(2)
@pytest.mark.hint("Call the `backward` of each part in reverse order; then np.add.at.")
@pytest.mark.promise("gradients-are-added", "RecurrentTagger.backward")
def test_backward(submission, reference, rng):
    """RecurrentTagger: gradients of all parts, also of repeated words."""
    for cell, both in FORMS:
        pair = taggers(submission, reference, cell, both, rng)
        pair.same_backward(sentences(rng, 4, 2), rng=rng)
        pair.same_backward(np.array([[3, 3, 5], [5, 3, 0]]), rng=rng)
    large = paired_models(
        submission, reference, "RecurrentTagger", V, 50, 50, C, rng=rng, scale=0.1
    )
    large.many_gradients(sentences(rng, 4), rng=rng)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(1)
@pytest.mark.promise("RecurrentTagger.backward")
def test_gradients_add_up(submission, reference, rng):
    """RecurrentTagger: a second backward adds to the gradients of the first."""
    pair = taggers(submission, reference, "rnn", True, rng)
    pair.accumulates(sentences(rng, 4, 2), rng=rng)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(3)
@pytest.mark.hint("If all checks above pass, run `grade bidirectional`: which words does y_t know?")
def test_both_directions(submission, reference, metric_threshold, rng):
    """Claim: both directions are powerful; the tag of *terribly* is to the right of it."""
    learns_by_heart(submission, reference, True, rng)

    def accuracies(rng):
        language = Intensifiers(rng)
        ids, tags, _ = language.sample(400, rng)
        models = trained_models(submission, reference, "RecurrentTagger", *SIZES, 2, "rnn", True,
                                rng=rng)  # fmt: skip
        for _ in classifier_chunks(models, ids, tags, epochs=8, learning_rate=0.02, rng=rng):
            new, right, _ = language.sample(200, rng)
            yield models.evaluate(accuracy, new, right)

    what = "the accuracy of both directions on new sentences"
    metric_threshold("both_directions", accuracies, rng=rng, best=1.0, what=what)


@pytest.mark.task("RecurrentTagger")
@pytest.mark.points(3)
@pytest.mark.hint("If all checks above pass, run `grade rnn`: does its state keep the adjective?")
def test_one_direction(submission, reference, metric_threshold, rng):
    """Claim: from left to right 81 % can be right, and no more."""
    learns_by_heart(submission, reference, False, rng)

    def shares(rng):
        language = Intensifiers(rng)
        ids, tags, _ = language.sample(400, rng)
        models = trained_models(submission, reference, "RecurrentTagger", *SIZES, 2, "rnn", False,
                                rng=rng)  # fmt: skip
        for _ in classifier_chunks(models, ids, tags, epochs=8, learning_rate=0.02, rng=rng):
            sample = language.sample(200, rng)
            yield models.evaluate(accuracy_from_the_left, *sample)

    what = "the accuracy from left to right, divided by 81.25 %, the best possible one,"
    metric_threshold("one_direction", shares, rng=rng, best=1.0, what=what)


@pytest.mark.task("next_word_tags")
@pytest.mark.points(1)
@pytest.mark.hint("The tag of place t is the word at t + 1.")
@pytest.mark.promise("arguments-stay", "next_word_tags")
def test_next_word_tags(submission, reference, rng):
    """next_word_tags: the targets of a language model."""
    agrees(submission, reference, "next_word_tags", rng.integers(1, 9, size=(3, 6)))


@pytest.mark.task("next_word_tags")
@pytest.mark.points(2)
@pytest.mark.hint("If the check above passes, look at test_both_directions.")
def test_it_is_no_language_model(submission, reference, metric_threshold, rng):
    """Claim: both directions "predict" even random words, because they have read them."""

    def shares(rng):
        text = rng.integers(1, 7, size=(400, 9))
        ids, tags = text[:, :-1], submission.next_word_tags(text)
        models = trained_models(submission, reference, "RecurrentTagger", 7, 8, 16, 7, "rnn", True,
                                rng=rng)  # fmt: skip
        for _ in classifier_chunks(models, ids, tags, epochs=8, learning_rate=0.02, rng=rng):
            new = rng.integers(1, 7, size=(200, 9))
            yield models.evaluate(copied, new)

    what = "the share of random words that are 'predicted' (1/6 by chance, 1 by reading them)"
    metric_threshold("copied", shares, rng=rng, best=1.0, what=what)


def copied(model, text):
    """Return the share of next words that are right, where the next word is in the input."""
    return float((model.forward(text[:, :-1]).argmax(axis=-1)[:, :-1] == text[:, 1:-1]).mean())


@pytest.mark.task("tagging_accuracy")
@pytest.mark.points(2)
@pytest.mark.hint("argmax over the tags, compared with `tags`, only where ids != PAD.")
@pytest.mark.promise("arguments-stay", "accuracy-of-words")
def test_tagging_accuracy(submission, reference, rng):
    """tagging_accuracy: the share of right words, padding left out."""
    logits, ids = rng.normal(size=(3, 5, C)), sentences(rng, 5, 2, 1)
    tags = rng.integers(C, size=(3, 5))
    actual = agrees(submission, reference, "tagging_accuracy", logits, tags, ids)
    expect(0 <= actual <= 1, f"an accuracy lies between 0 and 1, but this one is {actual}")
    best = logits.argmax(axis=-1)
    best[ids == 0] += 1
    equal(submission.tagging_accuracy(logits, best, ids), 1.0, "the accuracy of right tags")
    agrees(submission, reference, "tagging_accuracy", logits, best, np.zeros_like(ids))
