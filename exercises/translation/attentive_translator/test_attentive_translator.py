"""Checks of the translator that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    classifier_chunks,
    equal,
    expect,
    in_float32,
    no_look_ahead,
    not_better_than_bayes,
    overfits,
    paired_models,
    returns_new_arrays,
    trained_models,
)
from framework.models.conditioned import Conditioned
from plugins.lectures.languages.long_sentences import LongSentences, aligned_words

RTOL = 1e-7
PAD, END = 0, 2
V, W, E, H, A = 7, 6, 3, 4, 5
#: A layer whose state is one array, and one whose state is a tuple.
CELLS = ("rnn", "lstm")
#: Phrases of a long sentence, and new sentences for each evaluation.
LONG, NEW = 4, 200


def encoder(submission, reference, rng, cell="rnn"):
    """Paired encoders with random parameters."""
    return paired_models(submission, reference, "BidirectionalEncoder", V, E, H, cell, rng=rng)


def decoder(submission, reference, rng, cell="rnn"):
    """Paired decoders with random parameters."""
    return paired_models(submission, reference, "AttentiveDecoder", W, A, E, H, cell, rng=rng)


def translator(submission, reference, rng, cell="rnn", scale=0.5):
    """Paired translators with random parameters."""
    name = "AttentiveTranslator"
    return paired_models(submission, reference, name, V, W, E, H, cell, rng=rng, scale=scale)


def sentences(rng, lengths=(5, 3, 1)):
    """Random source sentences of these lengths, with padding, and inputs of the decoder."""
    source = rng.integers(3, V, size=(len(lengths), max(lengths)))
    source[np.arange(max(lengths)) >= np.array(lengths)[:, None]] = PAD
    before = rng.integers(1, W, size=(len(lengths), 4))
    before[:, 0] = END
    return source, before


def annotated(rng, N=3, T=4, S=5):
    """Random tokens, annotations, and a mask of the words of each sentence."""
    tokens, annotations = rng.integers(W, size=(N, T)), rng.normal(size=(N, S, A))
    return tokens, annotations, np.arange(S) < np.array([5, 3, 1])[:N, None]


@pytest.mark.task("BidirectionalEncoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("self.layer reads the word vectors; its mask is False at padding.")
@pytest.mark.promise("any-cell", "padding", "BidirectionalEncoder")
def test_encoder(submission, reference, rng):
    """The annotations of all words; sentences of different lengths."""
    for cell in CELLS:
        pair = encoder(submission, reference, rng, cell)
        source, _ = sentences(rng)
        annotations = pair.same_forward(source, rtol=RTOL)
        equal(np.shape(annotations), (3, 5, 2 * H), "the shape of the annotations")
        alone = pair.student.forward(source[1:2, :3])
        what = "the annotations of a sentence of three words, with padding and without"
        equal(annotations[1:2, :3], alone, what, rtol=RTOL)


@pytest.mark.task("BidirectionalEncoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("layer.backward, then np.add.at: a word may occur twice.")
@pytest.mark.promise("any-cell", "gradients")
def test_encoder_backward(submission, reference, rng):
    """Backward through the layer to the word vectors, with repeated words."""
    for cell in CELLS:
        pair = encoder(submission, reference, rng, cell)
        source, _ = sentences(rng)
        source[:, 1] = source[:, 0]
        pair.same_backward(source, rng=rng, rtol=RTOL)
    pair.accumulates(source, rng=rng)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(4)
@pytest.mark.hint("The states are the queries; the annotations are keys and values.")
@pytest.mark.promise("AttentiveDecoder.forward.words")
def test_decoder(submission, reference, rng):
    """Logits of the next word, with attention over the annotations."""
    for cell in CELLS:
        pair = decoder(submission, reference, rng, cell)
        tokens, annotations, words = annotated(rng)
        pair.same_forward(tokens, annotations, rtol=RTOL)
        logits = pair.same_forward(tokens, annotations, words, rtol=RTOL)
        annotations[~words] = 50.0
        other = pair.student.forward(tokens, annotations, words)
        equal(other, logits, "the logits with other numbers at padding", rtol=RTOL)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(2)
@pytest.mark.hint("Start from `state` if it is given; keep the cell's last state in self.state.")
@pytest.mark.promise("AttentiveDecoder.forward.state", "AttentiveDecoder")
def test_texts_in_pieces(submission, reference, rng):
    """`state` is the last state; with it, two halves give the same logits as the text."""
    for cell in CELLS:
        pair = decoder(submission, reference, rng, cell)
        tokens, annotations, words = annotated(rng, T=5)
        model = pair.student
        whole = pair.same_forward(tokens, annotations, words, rtol=RTOL)
        first = model.forward(tokens[:, :3], annotations, words)
        pair.reference.forward(tokens[:, :3], annotations, words)
        equal(model.state, pair.reference.state, "model.state after forward", rtol=RTOL)
        second = model.forward(tokens[:, 3:], annotations, words, model.state)
        halves = np.concatenate([first, second], axis=1)
        equal(halves, whole, "the logits of two calls against those of one", rtol=RTOL)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("logits[:, t] may depend on the states up to h_t, and on all annotations.")
@pytest.mark.promise("no-look-ahead")
def test_no_look_ahead(submission, reference, rng):
    """A change of the word at t + 1 does not change the logits up to t."""
    model = decoder(submission, reference, rng).student
    _, annotations, words = annotated(rng, N=2)
    no_look_ahead(Conditioned(model, annotations, words), W, rng=rng)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(6.5)
@pytest.mark.hint("h_t is used twice, and each annotation is a key and a value: add both.")
@pytest.mark.promise("any-cell", "AttentiveDecoder.backward")
def test_decoder_backward(submission, reference, rng):
    """The gradients of all parameters and of the annotations."""
    for cell in CELLS:
        pair = decoder(submission, reference, rng, cell)
        pair.same_backward(*annotated(rng), rng=rng, rtol=RTOL)
    tokens, annotations, words = annotated(rng)
    tokens[:, 2] = tokens[:, 1]
    pair.same_backward(tokens, annotations, words, rng=rng, rtol=RTOL)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(2)
@pytest.mark.hint("If forward got a state, W_0 was not used and gets no gradient.")
@pytest.mark.promise("AttentiveDecoder.backward")
def test_backward_from_a_state(submission, reference, rng):
    """Backward for a later piece of a text, whose first state was given."""
    pair = decoder(submission, reference, rng)
    later = *annotated(rng), rng.normal(size=(3, H))
    pair.same_backward(*later, rng=rng, rtol=RTOL, keeps=["state"])
    pair.used_in_turn_with(pair, later, annotated(rng))


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("Compare term by term: two for h, two for the annotations, one for a_1.")
def test_decoder_gradients_are_right(submission, reference, rng):
    """AttentiveDecoder: the gradients agree with numerical gradients of your own forward."""
    tokens, annotations, words = annotated(rng)
    decoder(submission, reference, rng, "lstm").gradients_agree(tokens, annotations, rng=rng)
    sizes = V, A, 40, 50, "rnn"
    large = paired_models(submission, reference, "AttentiveDecoder", *sizes, rng=rng, scale=0.1)
    large.many_gradients(tokens[:1], annotations[:1], words[:1], rng=rng)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("Keep the dtype of the parameters; self.gradients[name] += ..., never =.")
@pytest.mark.promise("dtype", "gradients")
def test_float32_and_sums(submission, reference, rng):
    """Gradients add up, and float32 stays float32."""
    pair = decoder(submission, reference, rng, "lstm")
    tokens, annotations, words = annotated(rng)
    pair.accumulates(tokens, annotations, words, rng=rng)
    if in_float32(pair):
        single = tokens, annotations.astype(np.float32), words
        pair.same_forward(*single, rtol=1e-5)
        pair.same_backward(*single, rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2.75)
@pytest.mark.hint("The decoder gets the annotations, and which of them belong to words.")
@pytest.mark.promise("unchanged", "padding")
def test_translator(submission, reference, rng):
    """Forward and backward of the whole network; padding of the source changes nothing."""
    for cell in CELLS:
        pair = translator(submission, reference, rng, cell)
        source, before = sentences(rng)
        logits = pair.same_forward(source, before, rtol=RTOL)
        pair.same_backward(source, before, rng=rng, rtol=RTOL)
        longer = np.pad(source, ((0, 0), (0, 2)), constant_values=PAD)
        other = pair.student.forward(longer, before)
        equal(other, logits, "the logits with more padding", rtol=RTOL)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2)
@pytest.mark.hint("Word t of the target is predicted at step t, which reads word t − 1.")
@pytest.mark.promise("alignment")
def test_alignment(submission, reference, rng):
    """The weight of each source word for each word of a translation."""
    pair = translator(submission, reference, rng, "lstm")
    source, target = sentences(rng)
    weights = pair.student.alignment(source, target)
    equal(weights, pair.reference.alignment(source, target), "alignment(source, target)", rtol=RTOL)
    equal(weights.sum(axis=-1), np.ones((3, 4)), "the sum of the weights of a word", rtol=1e-9)
    returns_new_arrays(pair.student, "alignment", source, target, expected=weights)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2.75)
@pytest.mark.hint("Call greedy; then everything after the first END of a row becomes PAD.")
@pytest.mark.promise("AttentiveTranslator.translate.returns")
def test_greedy(submission, reference, rng):
    """translate: the most probable word at each step, until END."""
    ended = 0
    for _ in range(4):
        pair = translator(submission, reference, rng, scale=1.0)
        source, _ = sentences(rng, lengths=(5, 4, 3, 5, 2, 1, 5, 3, 2, 4))
        expected = pair.reference.translate(source, 6)
        equal(pair.student.translate(source, 6), expected, "translate(source, 6)")
        ended += int((expected == PAD).any(axis=1).sum())
    expect(ended > 0, "no translation ended early: this check needs some that do")
    returns_new_arrays(pair.student, "translate", source, 6, expected=expected)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2.75)
@pytest.mark.hint("One sentence at a time, with its own annotations and words; END is the end.")
@pytest.mark.promise("AttentiveTranslator.translate.beam_size")
def test_beam(submission, reference, rng):
    """translate: with a beam, the most probable translation that it finds."""
    for cell in CELLS:
        pair = translator(submission, reference, rng, cell, scale=0.7)
        source, _ = sentences(rng, lengths=(5, 2, 4, 1, 3))
        for beam_size in (2, 5):
            expected = pair.reference.translate(source, 5, beam_size)
            what = f"translate(source, 5, {beam_size})"
            equal(pair.student.translate(source, 5, beam_size), expected, what)
    returns_new_arrays(pair.student, "translate", source, 5, 5, expected=expected)


def training(submission, reference, rng, sentences, phrases, chunk):
    """Yield a language, and models after each piece of a training; short sentences come first."""
    language = LongSentences(rng=rng)
    sizes = len(language.source.words), len(language.target.words), 32, 48
    models = trained_models(submission, reference, "AttentiveTranslator", *sizes, rng=rng)
    for number, most in ((3_200, 1), (3_200, 2), (sentences, phrases)):
        pairs = language.encode(language.sample(number, 1, most, rng=rng).pairs, most)
        chunks = classifier_chunks(
            models, (pairs.source, pairs.before), pairs.target, epochs=1, batch_size=32,
            learning_rate=0.007, chunk=chunk, rng=rng,
        )  # fmt: skip
        for _ in chunks:
            yield language, models


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(4)
@pytest.mark.hint("If all checks above pass, run `grade attentive_translator` again.")
@pytest.mark.promise("learns-long-sentences")
def test_long_sentences(submission, reference, metric_threshold, rng):
    """Trained on a language with long sentences, it translates new ones without an error."""
    language = LongSentences(rng=rng)
    few = language.encode(language.sample(8, 2, 2, rng=rng).pairs, 2)
    sizes = len(language.source.words), len(language.target.words), 16, 32
    models = trained_models(submission, reference, "AttentiveTranslator", *sizes, rng=rng)
    overfits(
        models, (few.source, few.before), few.target, classes=sizes[1], rng=rng, steps=60,
        learning_rate=0.02,
    )  # fmt: skip

    def shares(rng):
        for language, models in training(submission, reference, rng, 11_200, LONG, 50):
            new = language.sample(NEW, LONG, LONG, rng=rng)
            test = language.encode(new.pairs, LONG)
            usual = np.array([pair.target[0] in language.usual for pair in new.pairs])
            yield models.evaluate(share_right, test.source, test.target, usual)

    best = LongSentences.best_exact_match
    what = "the share of new long sentences that are translated without an error"
    metric_threshold("exact_match", shares, rng=rng, best=best, what=what)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2)
@pytest.mark.hint("Look at the picture: `grade attentive_translator --html FILE` shows it.")
@pytest.mark.promise("known-alignment")
def test_known_alignment(submission, reference, metric_threshold, plot, rng):
    """After training, nouns and verbs attend to the words that they translate."""
    last = []

    def shares(rng):
        for language, models in training(submission, reference, rng, 4_800, 3, 50):
            new = language.sample(NEW, 3, 3, rng=rng)
            last[:] = language, models, new.pairs[0]
            test = language.encode(new.pairs, 3)
            places = aligned_words(new.alignment, test.target.shape[1])
            column = np.arange(places.shape[1])
            places[:, (column % 3 == 1) | (column == 0)] = -1  # ordinals and the day
            yield models.evaluate(share_aligned, test.source, test.target, places)

    what = "the share of nouns and verbs whose largest weight is at their source word"
    metric_threshold("alignment", shares, rng=rng, best=1.0, what=what)
    language, models, pair = last
    ids = language.encode([pair], 3)
    alpha = models.student.alignment(ids.source, ids.target)[0]
    columns = (*pair.source, "</s>")
    shares = np.clip(alpha[: len(pair.target), : len(columns)], 0, 1)
    plot.cells("The weights of a translation", shares, pair.target, columns)


def share_right(model, source, target, usual):
    """Return the share of the sentences that are translated right in every word."""
    right = (model.translate(source, target.shape[1]) == target).all(axis=1)
    not_better_than_bayes(right, usual, np.ones_like(right))
    return float(right.mean())


def share_aligned(model, source, target, places):
    """Return the share of target words whose largest weight is at their place, −1 for others."""
    largest = np.asarray(model.alignment(source, target)).argmax(axis=-1)
    return float((largest == places)[places >= 0].mean())
