"""Hidden checks of the translator: other sizes and cells, repeated calls, END, errors."""

import numpy as np
import pytest

from autograder.checks import equal, in_float32, paired_models, refuses

RTOL = 1e-7
PAD, END = 0, 2


def source_of(rng, V, N, S):
    """Return N sentences of 1 to S words, padded."""
    source = rng.integers(1, V, size=(N, S))
    source[np.arange(S) >= rng.integers(1, S + 1, size=(N, 1))] = PAD
    return source


@pytest.mark.task("BidirectionalEncoder")
@pytest.mark.points(2)
@pytest.mark.hint("Nothing may depend on particular sizes; PAD is 0.")
@pytest.mark.promise("dtype", "BidirectionalEncoder.forward", "unchanged")
def test_any_encoder(submission, reference, rng):
    """Encoder: sizes of 1, one word, sentences of padding alone; float32."""
    for V, E, H, cell in ((2, 1, 1, "rnn"), (6, 3, 2, "rnn"), (9, 2, 5, "lstm")):
        name = "BidirectionalEncoder"
        pair = paired_models(submission, reference, name, V, E, H, cell, rng=rng)
        pair.same_backward(source_of(rng, V, 4, 5), rng=rng, rtol=RTOL)
        pair.same_backward(np.array([[1]]), rng=rng, rtol=RTOL)
        pair.same_backward(np.array([[1, 0, 0], [0, 0, 0]]), rng=rng, rtol=RTOL)
    if in_float32(pair):
        pair.same_backward(source_of(rng, V, 3, 4), rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("BidirectionalEncoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("Gradients are added to; backward belongs to the last forward.")
@pytest.mark.promise("independent-calls", "BidirectionalEncoder.forward.raises", "errors")
def test_encoder_used_twice(submission, reference, rng):
    """Calls are independent; unknown words are errors."""
    pair = paired_models(submission, reference, "BidirectionalEncoder", 5, 3, 4, rng=rng)
    first = source_of(rng, 5, 3, 4)
    once = pair.student.forward(first)
    pair.accumulates(source_of(rng, 5, 2, 6), rng=rng)
    equal(pair.student.forward(first), once, "the annotations of sentences read again", rtol=RTOL)
    for wrong in (5, -1):
        refuses(pair.student, "forward", np.array([[1, wrong]]), error=("IndexError",))


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(2.75)
@pytest.mark.hint("Nothing may depend on A = 2H, on H = E, or on the number of words.")
@pytest.mark.promise("dtype", "AttentiveDecoder.forward.annotations", "any-cell")
def test_any_decoder(submission, reference, rng):
    """Decoder: sizes of 1, one annotation, other cells; padding of each sentence; float32."""
    sum_of = {"sum_of": ["rnn", "rnn"], "h_first": True}  # its state is a tuple, as an LSTM's
    for N, T, S, V, A, E, H, cell in (
        (1, 1, 1, 2, 1, 1, 1, "rnn"),
        (2, 7, 3, 5, 4, 3, 6, "lstm"),
        (3, 2, 9, 4, 7, 5, 2, sum_of),
    ):
        pair = paired_models(submission, reference, "AttentiveDecoder", V, A, E, H, cell, rng=rng)
        tokens, annotations = rng.integers(V, size=(N, T)), rng.normal(size=(N, S, A))
        pair.same_backward(tokens, annotations, rng=rng, rtol=RTOL)
        words = np.arange(S) < rng.integers(1, S + 1, size=(N, 1))
        words[0] = S == 1  # a sentence without words: its context is 0
        pair.same_backward(tokens, annotations, words, rng=rng, rtol=RTOL)
    if in_float32(pair):
        annotations = annotations.astype(np.float32)
        pair.same_backward(tokens, annotations, words, rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("Keep what backward needs in forward; W_0 gets a gradient where a text starts.")
@pytest.mark.promise("independent-calls", "pieces")
def test_calls_between_forward_and_backward(submission, reference, rng):
    """Calls of forward are independent: a later piece, then another text from its start."""
    pair = paired_models(submission, reference, "AttentiveDecoder", 6, 4, 3, 5, rng=rng)
    tokens, annotations = rng.integers(6, size=(2, 4)), rng.normal(size=(2, 3, 4))
    upstream, answers = rng.normal(size=(2, 4, 6)), []
    state = rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
    for model in (pair.student, pair.reference):
        model.forward(tokens, annotations + 1, None, state)
        model.forward(tokens, annotations)
        model.initial_state(2, annotations + 1)
        answers.append((model.backward(upstream), model.gradients))
    equal(answers[0][0], answers[1][0], "the gradient of the annotations", rtol=RTOL)
    equal(answers[0][1], answers[1][1], "gradients", rtol=RTOL)


@pytest.mark.task("AttentiveDecoder")
@pytest.mark.points(1.25)
@pytest.mark.hint(
    "The given initial_state and next_log_probabilities call your forward: keep them."
)
@pytest.mark.promise("pieces", "AttentiveDecoder")
def test_step_by_step(submission, reference, rng):
    """Word by word, the decoder gives the probabilities of the reference."""
    for cell in ("rnn", "lstm"):
        pair = paired_models(submission, reference, "AttentiveDecoder", 6, 4, 3, 5, cell, rng=rng)
        tokens, annotations = rng.integers(6, size=(2, 4)), rng.normal(size=(2, 3, 4))
        words = np.array([[True, True, True], [True, False, False]])
        answers = []
        for model in (pair.student, pair.reference):
            state, rows = model.initial_state(2, annotations, words), []
            for t in range(4):
                log_probabilities, state = model.next_log_probabilities(tokens[:, t], state)
                rows.append(log_probabilities)
            answers.append(np.stack(rows))
        equal(*answers, f"log probabilities of {cell}, word by word", rtol=RTOL)
        without = pair.reference.initial_state(3)
        equal(pair.student.initial_state(3), without, "initial_state(3), without annotations")


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2.75)
@pytest.mark.hint("Pass the sizes on in their order: the two vocabularies differ in size.")
@pytest.mark.promise("AttentiveTranslator.cell", "AttentiveTranslator.forward.source")
def test_any_translator(submission, reference, rng):
    """Translator: other sizes and cells; forward, backward, alignment, translations."""
    for sizes, cell in (((3, 9, 2, 5), "rnn"), ((8, 4, 5, 2), "rnn"), ((5, 6, 3, 4), "lstm")):
        name = "AttentiveTranslator"
        pair = paired_models(submission, reference, name, *sizes, cell, rng=rng)
        for S, T in ((1, 1), (6, 3), (2, 8)):
            source = source_of(rng, sizes[0], 3, S)
            before = rng.integers(sizes[1], size=(3, T))
            pair.same_backward(source, before, rng=rng, rtol=RTOL)
            shares = [model.alignment(source, before) for model in (pair.student, pair.reference)]
            equal(*shares, "alignment(source, target)", rtol=RTOL)
        for beam_size in (1, 2):
            actual = [m.translate(source, 4, beam_size) for m in (pair.student, pair.reference)]
            equal(*actual, f"translations with beam_size {beam_size}")


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(2.75)
@pytest.mark.hint("Only PAD may follow END, and END itself stays.")
@pytest.mark.promise("AttentiveTranslator.translate.returns")
def test_ends(submission, reference, rng):
    """END at once, END never, and translations of length 0."""
    pair = paired_models(submission, reference, "AttentiveTranslator", 6, 6, 3, 4, "rnn", rng=rng)
    source = source_of(rng, 6, 4, 5)
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


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(1.25)
@pytest.mark.hint("backward belongs to the last forward, and adds to the gradients.")
@pytest.mark.promise("independent-calls", "gradients", "unchanged")
def test_translator_used_twice(submission, reference, rng):
    """Translator: calls are independent, and gradients add up."""
    pair = paired_models(submission, reference, "AttentiveTranslator", 6, 7, 3, 4, rng=rng)
    source, before = source_of(rng, 6, 3, 4), rng.integers(7, size=(3, 5))
    once = pair.student.forward(source, before)
    pair.student.translate(source, 3)
    pair.accumulates(source[:2], before[:2], rng=rng)
    equal(pair.student.forward(source, before), once, "the logits computed again", rtol=RTOL)


@pytest.mark.task("AttentiveTranslator")
@pytest.mark.points(1.25)
@pytest.mark.hint("The checks of the arguments are given: keep them. greedy has its own.")
@pytest.mark.promise(
    "errors",
    "AttentiveDecoder.forward.raises",
    "AttentiveDecoder.initial_state.raises",
    "AttentiveTranslator.translate.raises",
    "AttentiveTranslator.forward.raises",
)
def test_what_does_not_fit(submission, rng):
    """Annotations of another shape, beam sizes below 1, negative lengths, unknown words: errors."""
    model = submission.AttentiveTranslator(5, 5, 2, 3, "rnn", rng=rng)
    source = rng.integers(1, 5, size=(2, 4))
    model.forward(source, source)
    refuses(model, "translate", source, 3, 0)
    refuses(model, "translate", source, -1)
    for wrong in (5, -1):
        before = np.array([[END, wrong]] * 2)
        refuses(model, "forward", source, before, error=("IndexError",))
        refuses(model, "forward", before, np.full((2, 1), END), error=("IndexError",))
    decoder = submission.AttentiveDecoder(5, 4, 2, 3, "rnn", rng=rng)
    annotations = rng.normal(size=(2, 3, 4))
    decoder.forward(source, annotations)
    for other in (annotations[0], annotations[:1], annotations[..., :3], annotations[:, :0]):
        refuses(decoder, "forward", source, other)
        refuses(decoder, "initial_state", 2, other)
    refuses(decoder, "forward", source, annotations, np.ones((2, 4), bool))
