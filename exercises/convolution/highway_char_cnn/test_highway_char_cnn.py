"""Checks of words from characters that you can see; the course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    classifier_chunks,
    equal,
    expect,
    in_float32,
    not_better_than_bayes,
    overfits,
    paired_models,
    trained_models,
)
from plugins.lectures.languages.suffix_tagging import TAGS, SuffixTagging

A, E, MAPS, C = 9, 3, 4, 5


def encoders(submission, reference, rng, **settings):
    """Paired encoders with three widths."""
    return paired_models(
        submission, reference, "CharacterWordEncoder", A, E, MAPS, rng=rng, **settings
    )


def taggers(submission, reference, rng, window=0, **settings):
    """Paired taggers with C tags."""
    return paired_models(
        submission, reference, "CharacterTagger", A, E, MAPS, C, window, rng=rng, **settings
    )


def words(rng, *shape, length=6):
    """Words of 1 to `length` characters as ids `(*shape, length)`, one of them of full length."""
    ends = rng.integers(1, length + 1, size=shape)
    ends.flat[0] = length
    ids = rng.integers(1, A, size=(*shape, length))
    return np.where(np.arange(length) < ends[..., None], ids, 0)


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("For each width: convolution, maximum over time; then tanh, then the highway.")
@pytest.mark.promise("CharacterWordEncoder.forward.ids")
def test_words(submission, reference, rng):
    """Encoder: words without padding."""
    pair = encoders(submission, reference, rng)
    pair.same_forward(rng.integers(1, A, size=(5, 6)))


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("Padding counts as zeros, for any row 0; no window begins there.")
def test_padding(submission, reference, rng):
    """Encoder: words of different lengths, some shorter than a window."""
    pair = encoders(submission, reference, rng)
    ids = words(rng, 6)
    vectors = pair.same_forward(ids)
    wider = np.pad(ids, ((0, 0), (0, 3)))
    equal(pair.student.forward(wider), vectors, "the vectors of the same words with more padding")


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(1.5)
@pytest.mark.hint("Reshape (N, T, L) to (N·T, L), and the vectors back to (N, T, F).")
def test_sentences(submission, reference, rng):
    """Encoder: the words of sentences."""
    pair = encoders(submission, reference, rng)
    ids = words(rng, 2, 3)
    vectors = pair.same_forward(ids)
    expect(vectors.shape == (2, 3, 3 * MAPS), f"vectors should be (2, 3, 12), not {vectors.shape}")


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(0.5)
@pytest.mark.hint("Each highway layer reads the output of the one before.")
@pytest.mark.parametrize("layers", [0, 2])
def test_highways(submission, reference, rng, layers):
    """Encoder: without highway layers, and with two."""
    pair = encoders(submission, reference, rng, widths=[1, 3], highway_layers=layers)
    pair.same_forward(words(rng, 4))


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("The layers in reverse order: highway, tanh, pool, convolution, embedding.")
def test_backward(submission, reference, rng):
    """Encoder: the gradient of every parameter."""
    pair = encoders(submission, reference, rng)
    pair.same_backward(rng.permutation(np.arange(1, A)).reshape(2, 4), rng=rng)


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("np.add.at adds the gradients of all places; row 0 gets nothing.")
@pytest.mark.promise("CharacterWordEncoder.backward", "dtype")
def test_backward_with_padding(submission, reference, rng):
    """Encoder: repeated characters, padding, sentences, two highway layers."""
    pair = encoders(submission, reference, rng, highway_layers=2)
    pair.same_backward(words(rng, 2, 3), rng=rng)
    if in_float32(pair):
        pair.same_backward(words(rng, 2, 3), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(1.5)
@pytest.mark.hint(
    "Each width gets its own part of the gradient; a character may win in several filters."
)
def test_gradients_are_right(submission, reference, rng):
    """Encoder: the gradients agree with numerical gradients of your own forward."""
    encoders(submission, reference, rng).gradients_agree(words(rng, 4), rng=rng)
    large = paired_models(
        submission, reference, "CharacterWordEncoder", A, 20, 40, rng=rng, scale=0.1
    )
    large.many_gradients(rng.integers(1, A, size=(1, 5)), rng=rng, passes=30)


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(1.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds by itself.")
@pytest.mark.promise("gradients", "CharacterWordEncoder.backward")
def test_gradients_add_up(submission, reference, rng):
    """Encoder: a second backward adds to the gradients of the first."""
    encoders(submission, reference, rng).accumulates(words(rng, 4), rng=rng)


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(2)
@pytest.mark.hint("self.encoder gives (N, T, F), self.output reads it.")
@pytest.mark.promise("CharacterTagger.forward.ids")
def test_scores(submission, reference, rng):
    """Tagger: scores of words without and with their neighbours."""
    for window in (0, 1):
        taggers(submission, reference, rng, window).same_forward(words(rng, 2, 4))


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(1.5)
@pytest.mark.hint("The encoder's vector of an empty word is not 0: multiply it by 0.")
def test_sentences_of_different_lengths(submission, reference, rng):
    """Tagger: the scores of a sentence do not depend on longer ones in its batch."""
    pair = taggers(submission, reference, rng, window=1)
    ids = words(rng, 2, 5)
    ids[1, 3:] = 0
    together = pair.same_forward(ids)
    alone = pair.student.forward(ids[1:, :3])
    equal(alone[0], together[1, :3], "the scores of one sentence, against those in a batch")
    pair.same_backward(ids, rng=rng)
    pair.used_in_turn_with(pair, (ids,), (words(rng, 2, 5),))


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(2)
@pytest.mark.hint("output.backward, then encoder.backward.")
@pytest.mark.promise("CharacterTagger.backward")
def test_tagger_backward(submission, reference, rng):
    """Tagger: the gradient of every parameter; a second backward adds to it."""
    pair = taggers(submission, reference, rng, window=1)
    pair.same_backward(words(rng, 2, 3), rng=rng)
    pair.accumulates(words(rng, 2, 3), rng=rng)


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(2.75)
@pytest.mark.hint("If all checks above pass, run `grade conv1d pooling shortcuts`: they are parts.")
@pytest.mark.parametrize("window", [0, 1])
def test_unseen_words(submission, reference, metric_threshold, rng, window):
    """Trained, it tags unseen words: without context, and in context."""
    few = rng.permutation(np.arange(1, 41)).reshape(5, 2, 4)  # no character stands in two words
    overfits(
        trained_models(submission, reference, "CharacterTagger", 41, 8, 8, 3, window, rng=rng), few,
        np.arange(10).reshape(5, 2) % 3, classes=3, rng=rng,
        learning_rate=0.02,
    )  # fmt: skip

    def shares(rng):
        language = SuffixTagging(rng=rng)
        sizes = len(language.characters), 8, 12, len(TAGS), window
        models = trained_models(submission, reference, "CharacterTagger", *sizes, rng=rng)
        ids, labels, _ = encoded(language, 300, window, rng)
        for _ in classifier_chunks(
            models, ids, labels, epochs=6, batch_size=20, learning_rate=0.02,
            rng=rng,
        ):  # fmt: skip
            test = encoded(language, 200, window, rng, unseen=True)
            yield models.evaluate(nearness, *test, language.best_accuracy(in_context=window > 0))

    share = "the share of right tags of words never seen, as a share of the best possible one,"
    name = "accuracy_in_context" if window else "accuracy_of_words"
    metric_threshold(name, shares, rng=rng, best=1.0, what=share)


def encoded(language, count, window, rng, unseen=False):
    """Return ids of new sentences, their tags, and those of the best tagger with this window."""
    sentences = language.sample(count, unseen=unseen, rng=rng)
    ids = language.characters.encode_sentences([s.words for s in sentences])
    best = [language.best_tags(s.words, in_context=window > 0) for s in sentences]
    tags = (
        [[TAGS.index(t) for t in row] for row in rows]
        for rows in ([s.tags for s in sentences], best)
    )
    return ids, *map(np.array, tags)


def nearness(model, ids, labels, best, limit):
    """Return the share of content words tagged right, every second one, divided by `limit`."""
    actual = model.forward(ids).argmax(axis=2)
    answers, best, right = (tags[:, 1::2].ravel() for tags in (actual, best, labels))
    not_better_than_bayes(answers, best, right)
    return float((answers == right).mean() / limit)
