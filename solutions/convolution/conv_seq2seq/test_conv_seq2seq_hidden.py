"""Hidden checks of the translator: other sizes and cells, repeated calls, END, errors."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, in_float32, paired_models, refuses

RTOL = 1e-7
PAD, END = 0, 2


@pytest.mark.task("layer_widths")
@pytest.mark.points(1)
@pytest.mark.hint("Stop exactly when one step is left.")
@pytest.mark.promise("layer_widths", "layer_widths.length")
def test_long_sentences(submission, reference, rng):
    """layer_widths: lengths 1 to 101 and widths 2 to 11, which end in one step."""
    drawn = [(int(rng.integers(50, 300)), int(rng.integers(2, 12))) for _ in range(5)]
    for length, width in ((50, 4), (50, 7), (3, 9), (2, 2), (1, 3), (101, 11), *drawn):
        agrees(submission, reference, "layer_widths", length, width)


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("Nothing may depend on particular sizes.")
@pytest.mark.promise("any-input", "ConvolutionalEncoder.length", "dtype")
def test_any_encoder(submission, reference, rng):
    """Encoder: sizes of 1; one sentence, short sentences, sentences without words; float32."""
    for V, E, C, length, width in ((3, 1, 1, 2, 2), (5, 4, 2, 9, 4), (9, 2, 5, 13, 3)):
        name = "ConvolutionalEncoder"
        pair = paired_models(submission, reference, name, V, E, C, length, width, rng=rng)
        pair.same_backward(rng.integers(V, size=(1, length)), rng=rng, rtol=RTOL)
        pair.same_backward(rng.integers(V, size=(4, length - 1)), rng=rng, rtol=RTOL)
        pair.same_backward(np.empty((2, 0), int), rng=rng, rtol=RTOL)
    if in_float32(pair):
        pair.same_backward(rng.integers(9, size=(3, 13)), rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("ConvolutionalEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("Gradients are added to; backward belongs to the last forward.")
@pytest.mark.promise("independent-calls", "gradients")
def test_encoder_used_twice(submission, reference, rng):
    """Calls are independent, and gradients add up."""
    pair = paired_models(submission, reference, "ConvolutionalEncoder", 5, 3, 4, 6, rng=rng)
    first = rng.integers(5, size=(2, 4))
    once = pair.student.forward(first)
    pair.accumulates(rng.integers(5, size=(3, 6)), rng=rng)
    equal(pair.student.forward(first), once, "the vectors of sentences read again", rtol=RTOL)


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(3)
@pytest.mark.hint("Pass the sizes on in their order: the two vocabularies differ in size.")
@pytest.mark.promise("ConvolutionalTranslator.cell", "ConvolutionalTranslator.translate")
def test_any_translator(submission, reference, rng):
    """Translator: RNN and GRU cells; translations longer and shorter than their sentences."""
    sum_of = {"sum_of": ["rnn", "gru"], "h_first": True}  # its state is a tuple, as an LSTM's
    for sizes, cell in (
        ((3, 9, 2, 5, 4, 2), "rnn"),
        ((8, 3, 5, 2, 7, 4), "gru"),
        ((5, 6, 3, 4, 5, 3), sum_of),
    ):
        name = "ConvolutionalTranslator"
        pair = paired_models(submission, reference, name, *sizes, cell, rng=rng)
        for steps in (1, 6):
            source = rng.integers(sizes[0], size=(2, 3))
            before = rng.integers(sizes[1], size=(2, steps))
            pair.same_backward(source, before, rng=rng, rtol=RTOL)
        source = rng.integers(sizes[0], size=(6, 4))
        for beam_size in (1, 2):
            answers = [
                model.translate(source, 4, beam_size) for model in (pair.student, pair.reference)
            ]
            equal(*answers, f"translations with beam_size {beam_size}")


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(2)
@pytest.mark.hint("Only PAD may follow END, and END itself stays.")
@pytest.mark.promise("ConvolutionalTranslator.translate.returns")
def test_ends(submission, reference, rng):
    """END at once, END never, and translations of length 0."""
    pair = paired_models(submission, reference, "ConvolutionalTranslator", 6, 6, 3, 4, 5, rng=rng)
    source = rng.integers(1, 6, size=(4, 5))
    bias = {"decoder.b_2": np.where(np.arange(6) == END, 50.0, 0.0)}
    for values, words in ((bias, [END, PAD, PAD]), ({"decoder.b_2": -bias["decoder.b_2"]}, None)):
        pair.set_parameters({**pair.reference.parameters, **values})
        for beam_size in (1, 3):
            actual = pair.student.translate(source, 3, beam_size)
            expected = pair.reference.translate(source, 3, beam_size)
            if words:
                expected = np.tile(words, (4, 1))
            equal(actual, expected, f"translations of 3 words at most, beam_size {beam_size}")
            equal(pair.student.translate(source, 0, beam_size).shape, (4, 0), "no words at all")


@pytest.mark.task("ConvolutionalTranslator")
@pytest.mark.points(1)
@pytest.mark.hint("The checks of the arguments are given: keep them. greedy has its own.")
@pytest.mark.promise(
    "ConvolutionalEncoder.raises",
    "ConvolutionalTranslator.translate.raises",
    "ConvolutionalTranslator.forward.raises",
    "ConvolutionalEncoder.forward.raises",
)
def test_what_does_not_fit(submission, rng):
    """Beam sizes below 1, negative lengths, long sentences and unknown words are errors."""
    for length, width in ((1, 3), (4, 1)):
        refuses(submission, "ConvolutionalEncoder", 5, 2, 2, length, width, rng=rng)
    model = submission.ConvolutionalTranslator(5, 5, 2, 3, 4, rng=rng)
    source = rng.integers(5, size=(2, 4))
    refuses(model, "translate", source, 3, 0)
    refuses(model, "translate", source, -1)
    refuses(model, "translate", np.ones((1, 5), int), 3)
    for wrong in (5, -1):
        before = np.array([[END, wrong]] * 2)
        refuses(model, "forward", source, before, error=("IndexError",))
        refuses(model, "forward", before, np.full((2, 1), END), error=("IndexError",))
