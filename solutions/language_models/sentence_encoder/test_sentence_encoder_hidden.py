"""Hidden checks of the sentence encoder: other sizes, empty texts, ids out of range."""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite, in_float32, paired_models, refuses
from framework.data.batching import pad

RTOL = 1e-7
POOLINGS = ("final", "max", "mean")


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Nothing in the model may depend on particular sizes; V, E, H and C may be equal."
)
@pytest.mark.promise("SentenceEncoder.encode.ids", "SentenceEncoder.forward", "dtype")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts of 1 to 20 words, sizes of 1, every pooling; float32."""
    for pooling in POOLINGS:
        for N, T, V, E, H, C in [(1, 1, 2, 1, 1, 1), (3, 4, 4, 4, 4, 4), (2, 20, 7, 2, 5, 3)]:
            pair = paired_models(
                submission, reference, "SentenceEncoder", V, E, H, C, pooling, rng=rng
            )
            ids = pad([rng.integers(1, V, size=rng.integers(1, T + 1)) for _ in range(N)])
            pair.same_forward(ids)
            pair.same_backward(ids, rng=rng)
        if in_float32(pair):
            pair.same_forward(ids, rtol=1e-4)
            pair.same_backward(ids, rng=rng, rtol=1e-4)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("max(|words|, 1) in the denominator avoids 0/0.")
@pytest.mark.promise("SentenceEncoder.encode")
def test_empty_text(submission, reference, rng):
    """A text without words is encoded as zeros and adds no gradient to the embedding."""
    for pooling in POOLINGS:
        pair = paired_models(submission, reference, "SentenceEncoder", 6, 3, 4, 2, pooling, rng=rng)
        ids = np.array([[0, 0, 0], [1, 0, 0]])
        encoding = pair.student.encode(ids)
        finite(encoding, "the encoding of an empty text")
        equal(encoding[0], np.zeros(4), f"the '{pooling}' encoding of an empty text")
        pair.same_backward(ids, rng=rng)


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("Does the cell get a gradient at padding?")
@pytest.mark.promise("no-gradient-for-padding")
def test_padding_has_no_gradient(submission, reference, rng):
    """The padding's row of the embedding and the rows of unread words get no gradient."""
    for pooling in POOLINGS:
        pair = paired_models(submission, reference, "SentenceEncoder", 6, 3, 4, 2, pooling, rng=rng)
        pair.same_backward(np.array([[1, 4, 0, 0], [4, 1, 1, 5]]), rng=rng)
        rows = np.any(pair.student.gradients["embedding"] != 0, axis=1)
        expect(not rows[0], "gradients['embedding'][0] is the padding's row: it stays zero")
        expect(
            not rows[[2, 3]].any(),
            "gradients['embedding'] is not zero for words that were not read",
        )


@pytest.mark.task("SentenceEncoder")
@pytest.mark.points(1)
@pytest.mark.hint("NumPy reads −1 as the last row: call _check_ids first.")
@pytest.mark.promise(
    "errors", "SentenceEncoder.raises", "SentenceEncoder.encode.raises", "SentenceEncoder.forward"
)
def test_ids_out_of_range(submission, reference, rng):
    """An id outside 0 ... V−1 raises an IndexError."""
    pair = paired_models(submission, reference, "SentenceEncoder", 6, 3, 4, 2, rng=rng)
    refusal = ("IndexError", "ValueError")
    refuses(pair.student, "forward", np.array([[1, 6]]), error=refusal)
    refuses(pair.student, "encode", np.array([[1, -1]]), error=refusal)
    refuses(submission, "SentenceEncoder", 6, 3, 4, 2, "sum", rng=rng)
