"""Checks of the translator that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    classifier_chunks,
    equal,
    expect,
    in_float32,
    overfits,
    paired_models,
    refuses,
    returns_new_arrays,
    trained_models,
)
from plugins.lectures.languages.translation import TranslationLanguage

RTOL = 1e-7
PAD, END = 0, 2
V, W, E, H, S = 7, 6, 3, 4, 6
#: New sentences for each evaluation.
NEW = 200


def encoder(submission, reference, rng, length=S, width=3):
    """Paired encoders with random parameters."""
    return paired_models(
        submission, reference, "ConvolutionalEncoder", V, E, H, length, width, rng=rng
    )


def translator(submission, reference, rng, scale=0.5):
    """Paired translators with random parameters."""
    name = "ConvolutionalTranslator"
    return paired_models(submission, reference, name, V, W, E, H, S, rng=rng, scale=scale)


def sentences(rng, count=3, length=S):
    """Random source sentences without padding, and inputs of the decoder."""
    before = rng.integers(1, W, size=(count, 4))
    before[:, 0] = END
    return rng.integers(1, V, size=(count, length)), before


@pytest.mark.task("layer_widths")
@pytest.mark.points(2.5)
@pytest.mark.hint("A convolution of width w removes w − 1 steps; one step must be left at the end.")
@pytest.mark.promise("unchanged")
def test_widths(submission, reference, rng):
    """The widths of the convolutions that reduce a sentence to one step."""
    equal(submission.layer_widths(8, 3), [3, 3, 3, 2], "layer_widths(8, 3)")
    for length in range(1, 12):
        for width in (2, 3, 5):
            agrees(submission, reference, "layer_widths", length, width)
            agrees(submission, reference, "layer_widths", int(rng.integers(12, 300)), width)


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(2.5)
@pytest.mark.hint("self.layers has convolutions and tanh; return the only step that is left.")
def test_encoder(submission, reference, rng):
    """The vector of a sentence, for several lengths and widths."""
    for length, width in ((6, 3), (7, 3), (5, 2), (4, 5), (2, 3)):
        pair = encoder(submission, reference, rng, length, width)
        c = pair.same_forward(sentences(rng, length=length)[0], rtol=RTOL)
        equal(np.shape(c), (3, H), f"the shape of the vectors of 3 sentences of {length} words")


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("np.pad at the end of every sentence; padding has a vector like any word.")
@pytest.mark.promise("errors", "ConvolutionalEncoder.forward.raises")
def test_short_sentences(submission, reference, rng):
    """Sentences are padded to s words; longer ones are an error."""
    pair = encoder(submission, reference, rng)
    for length in (1, S - 2, S):
        pair.same_forward(sentences(rng, length=length)[0], rtol=RTOL)
    refuses(pair.student, "forward", sentences(rng, length=S + 1)[0])


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(3.5)
@pytest.mark.hint("grad_output[:, None], reversed(self.layers), then np.add.at on the embedding.")
@pytest.mark.promise("unchanged", "dtype")
def test_encoder_backward(submission, reference, rng):
    """Backward through all layers, with repeated words and padding."""
    for length in (S - 2, S):
        pair = encoder(submission, reference, rng)
        ids = sentences(rng, length=length)[0]
        ids[:, 1] = ids[:, 0]
        pair.same_backward(ids, rng=rng, rtol=RTOL)
    if in_float32(pair):
        pair.same_backward(ids, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Call backward of each layer in reverse order; a word that stands twice gets both gradients."
)
def test_encoder_gradients_are_right(submission, reference, rng):
    """ConvolutionalEncoder: the gradients agree with numerical gradients of your own forward."""
    encoder(submission, reference, rng).gradients_agree(sentences(rng)[0], rng=rng)
    large = paired_models(
        submission, reference, "ConvolutionalEncoder", V, 40, 40, S, rng=rng, scale=0.1
    )
    large.many_gradients(rng.integers(1, V, size=(1, S)), rng=rng, passes=30)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(2.5)
@pytest.mark.hint("The condition of the decoder is the encoder's vector of the source.")
def test_forward(submission, reference, rng):
    """Scores of every word of the translation, given the source and the words before."""
    pair = translator(submission, reference, rng)
    logits = pair.same_forward(*sentences(rng), rtol=RTOL)
    equal(np.shape(logits), (3, 4, W), "the shape of the logits")


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(1)
@pytest.mark.hint("The decoder knows the whole source, and the target words written before.")
def test_what_it_knows(submission, reference, rng):
    """All scores depend on every source word; only later ones depend on a target word."""
    model = translator(submission, reference, rng).student
    source, before = sentences(rng)
    logits = model.forward(source, before)
    for t in range(S):
        other = source.copy()
        other[:, t] = other[:, t] % (V - 1) + 1
        moved = np.abs(model.forward(other, before) - logits).max(axis=(0, 2))
        expect(np.all(moved > 1e-9), f"word {t} of the source does not change all scores: {moved}")
    before[:, 2] = before[:, 2] % (W - 1) + 1
    seen = np.abs(model.forward(source, before) - logits).max(axis=(0, 2)) > 1e-9
    equal(seen, np.arange(4) >= 2, "where a change of before[:, 2] is seen")


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(3.5)
@pytest.mark.hint("The decoder's backward returns the gradient of its condition.")
@pytest.mark.promise("unchanged")
def test_backward(submission, reference, rng):
    """Backward through the decoder and the encoder."""
    pair = translator(submission, reference, rng)
    pair.same_backward(*sentences(rng, length=S - 1), rng=rng, rtol=RTOL)
    pair.accumulates(*sentences(rng), rng=rng)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(2)
@pytest.mark.hint(
    "decoder.backward returns the gradient of the condition; encoder.backward gets it."
)
def test_gradients_are_right(submission, reference, rng):
    """ConvolutionalTranslator: the gradients agree with numerical gradients of your own forward."""
    translator(submission, reference, rng).gradients_agree(*sentences(rng, count=2), rng=rng)
    large = paired_models(
        submission, reference, "ConvolutionalTranslator", V, W, 30, 40, S, rng=rng, scale=0.1
    )
    large.many_gradients(*sentences(rng, count=1), rng=rng, passes=20)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(2.5)
@pytest.mark.hint("Call greedy; then everything after the first END of a row becomes PAD.")
def test_greedy(submission, reference, rng):
    """translate: the most probable word at each step, until END."""
    ended = 0
    for _ in range(4):
        pair = translator(submission, reference, rng, scale=1.0)
        source = sentences(rng, count=12)[0]
        expected = pair.reference.translate(source, 6)
        equal(pair.student.translate(source, 6), expected, "translate(source, 6)")
        ended += int((expected == PAD).any(axis=1).sum())
    expect(ended > 0, "no translation ended early: this check needs some that do")
    returns_new_arrays(pair.student, "translate", source, 6, expected=expected)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(2.5)
@pytest.mark.hint("One sentence at a time; pass END to beam_search as `end`.")
@pytest.mark.promise("ConvolutionalTranslator.translate.beam_size")
def test_beam(submission, reference, rng):
    """translate: with a beam, the most probable translation that it finds."""
    for _ in range(4):
        pair = translator(submission, reference, rng, scale=0.7)
        source = sentences(rng, count=8)[0]
        for beam_size in (2, 5):
            expected = pair.reference.translate(source, 5, beam_size)
            what = f"translate(source, 5, {beam_size})"
            equal(pair.student.translate(source, 5, beam_size), expected, what)
    returns_new_arrays(pair.student, "translate", source, 5, 5, expected=expected)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(3.5)
@pytest.mark.hint("If all checks above pass, run `grade conv_seq2seq` again.")
def test_exact_match(submission, reference, metric_threshold, rng):
    """Trained on toy sentences, it translates new ones without an error."""

    def build(language, rng):  # with initial parameters of the reference: the layers' own are free
        name, length = "ConvolutionalTranslator", language.source_length
        sizes = len(language.source.words), len(language.target.words), 16, 64, length
        models = trained_models(submission, reference, name, *sizes, rng=rng)
        assign(models.student, models.reference.parameters)
        return models

    language = TranslationLanguage(rng=rng)
    few, _ = language.split(8, 0, rng=rng)
    overfits(
        build(language, rng), (few.source, few.before), few.target,
        classes=len(language.target.words), rng=rng, steps=40,
        learning_rate=0.02,
    )  # fmt: skip

    def shares(rng):
        language = TranslationLanguage(rng=rng)
        train, tests = language.split(4_800, 4 * NEW, rng=rng)
        models = build(language, rng)
        training = classifier_chunks(
            models, (train.source, train.before), train.target, epochs=4,
            batch_size=64, learning_rate=0.01, chunk=75, rng=rng,
        )  # fmt: skip
        for epoch, _ in enumerate(training):
            test = [part[epoch * NEW : (epoch + 1) * NEW] for part in tests]
            yield models.evaluate(share_right, *test)

    share = "the share of new sentences that are translated without a fault"
    metric_threshold(
        "exact_match", shares, rng=rng, best=TranslationLanguage.best_exact_match, what=share
    )


def share_right(model, source, target):
    """Return the share of the sentences that are translated right in every word."""
    return float((model.translate(source, target.shape[1]) == target).all(axis=1).mean())
