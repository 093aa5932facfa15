"""Hidden checks of words from characters."""

import numpy as np
import pytest

from autograder.checks import (
    equal,
    expect,
    finite,
    in_float32,
    paired_models,
    refuses,
)

A = 7


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("Nothing may depend on a particular M, L, E, width or number of filters.")
@pytest.mark.promise("CharacterWordEncoder.maps", "CharacterWordEncoder.forward.ids", "dtype")
def test_any_shape(submission, reference, rng):
    """Encoder: one filter of width 1, widths in no order, words without characters; float32."""
    for shape, E, maps, widths in [
        ((1, 1), 1, [1], [1]),
        ((4, 2), 2, [3, 1, 2], [5, 1, 2]),
        ((2, 1, 3), 3, 2, [2]),
    ]:
        pair = paired_models(
            submission, reference, "CharacterWordEncoder", A, E, maps, widths=widths, rng=rng
        )
        expect(pair.student.size == np.sum(np.full(len(widths), maps)), "size is the sum of maps")
        ids = np.sort(rng.integers(A, size=shape), axis=-1)[..., ::-1].copy()
        ids[-1] = 0
        pair.same_forward(ids)
        pair.same_backward(ids, rng=rng)
    if in_float32(pair):
        pair.same_forward(ids, rtol=1e-5)


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(1.25)
@pytest.mark.hint("The maximum does not depend on the place of a piece in the word.")
@pytest.mark.promise("end-of-word", "windows-of-characters")
def test_a_piece_is_found_anywhere(submission, reference, rng):
    """Encoder: a filter detects its piece at any place; the end of a word is different."""
    pair = paired_models(
        submission,
        reference,
        "CharacterWordEncoder",
        A,
        2,
        40,  # filters: of one or two, the best pair may by chance be one that both words have
        widths=[2],
        highway_layers=0,
        rng=rng,
    )
    first, other = pair.student.forward(np.array([[1, 2, 1, 2, 1], [1, 2, 1, 0, 0]]))
    equal(first, other, "two words with the same pairs of characters and the same end")
    inside, behind = pair.student.forward(np.array([[3, 4, 5, 5], [5, 5, 3, 4]]))
    expect(
        not np.allclose(inside, behind, equal_nan=True),
        "where a word ends should make a difference",
    )


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(0.75)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise(
    "independent-calls", "CharacterWordEncoder.raises", "CharacterWordEncoder.forward.raises"
)
def test_repeated_calls(submission, reference, rng):
    """Encoder: calls are independent; what does not fit raises an error."""
    pair = paired_models(submission, reference, "CharacterWordEncoder", A, 2, 3, rng=rng)
    for widths, maps in (([], 3), ([2, 2], 3), ([0], 3), ([2, 3], [1])):
        refuses(submission, "CharacterWordEncoder", A, 2, maps, widths=widths, rng=rng)
    for shape in ((3,), (1, 2, 3, 4)):
        refuses(pair.student, "forward", np.ones(shape, dtype=np.int64))
    for wrong in (-1, A):
        refuses(pair.student, "forward", np.array([[1, wrong]]), error=("IndexError",))
    ids = rng.integers(1, A, size=(3, 4))
    once = pair.student.forward(ids)
    pair.same_forward(rng.integers(1, A, size=(2, 2, 5)))
    pair.same_backward(ids, rng=rng)
    equal(pair.student.forward(ids), once, "the vectors of the same words, read again")


@pytest.mark.task("CharacterWordEncoder")
@pytest.mark.points(0.75)
@pytest.mark.hint("tanh of a large number is 1, and its derivative is 0.")
@pytest.mark.promise("finite")
def test_saturated(submission, reference, rng):
    """Encoder: vectors of characters of ±1000 give finite vectors and gradients."""
    pair = paired_models(submission, reference, "CharacterWordEncoder", A, 2, 3, rng=rng)
    pair.set_parameters({"embedding": rng.choice([-1e3, 1e3], size=(A, 2))})
    words = rng.integers(1, A, size=(3, 4))
    vectors = pair.student.forward(words)
    finite(vectors, "the vectors of words with large vectors of characters")
    pair.student.backward(rng.normal(size=vectors.shape))
    finite(pair.student.gradients["embedding"], "their gradients")
    pair.same_backward(words, rng=rng, atol=1e-9)


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(1.25)
@pytest.mark.hint("Also set the gradient of empty words to 0.")
@pytest.mark.promise("empty-words", "CharacterTagger.forward.raises")
def test_gaps(submission, reference, rng):
    """Tagger: words between empty ones, a wide window, a single word."""
    pair = paired_models(
        submission, reference, "CharacterTagger", A, 2, 3, 4, 2, widths=[1, 3], rng=rng
    )
    refuses(pair.student, "forward", np.ones((3, 4), dtype=np.int64))
    refuses(pair.student, "forward", np.full((1, 2, 3), A), error=("IndexError",))
    ids = rng.integers(1, A, size=(3, 4, 3))
    ids[0, 1] = ids[1, :2] = ids[2] = 0
    pair.same_forward(ids)
    pair.same_backward(ids, rng=rng)
    pair.same_backward(ids[:1, :1], rng=rng)


@pytest.mark.task("CharacterTagger")
@pytest.mark.points(0.75)
@pytest.mark.hint("W_{−1} multiplies the word before, W_1 the word after.")
@pytest.mark.promise("scores")
def test_neighbours_have_places(submission, reference, rng):
    """Tagger: the order of the neighbours matters."""
    pair = paired_models(submission, reference, "CharacterTagger", A, 2, 3, 4, 1, rng=rng)
    ids = rng.permutation(np.arange(1, A)).reshape(1, 3, 2)
    there, back = pair.student.forward(ids), pair.student.forward(ids[:, ::-1])
    expect(
        not np.allclose(there[:, 1], back[:, 1], equal_nan=True),
        "the neighbours of a word may be swapped",
    )
