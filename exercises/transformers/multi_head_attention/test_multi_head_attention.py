"""Checks of several heads of attention that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, in_float32, paired_models, refuses

#: All kinds of attention: heads, and settings.
KINDS = {
    "two heads": (2, {}),
    "shared keys": (4, {"key_value_heads": 2}),
    "causal": (2, {"causal": True}),
}


def each(test):
    """`test` for all kinds of attention."""
    marks = [pytest.param(*kind, id=name) for name, kind in KINDS.items()]
    return pytest.mark.parametrize(("heads", "settings"), marks)(test)


def pair_of(submission, reference, rng, heads, settings, features=8):
    """Return both models with the same random parameters."""
    name = "MultiHeadAttention"
    return paired_models(submission, reference, name, features, heads, rng=rng, **settings)


def words(rng, N=2, T=5, D=8):
    """Return words of N texts."""
    return rng.normal(size=(N, T, D))


@pytest.mark.task("split_heads")
@pytest.mark.points(2)
@pytest.mark.hint("First reshape to (N, T, heads, d), and only then swap two axes.")
@pytest.mark.promise("split_heads.x", "split_heads.heads")
def test_splits_heads(submission, reference, rng):
    """split_heads: (N, T, heads · d) as (N, heads, T, d)."""
    for shape, heads in (((2, 3, 8), 4), ((1, 4, 6), 2), ((3, 2, 5), 1)):
        x = rng.normal(size=shape)
        equal(submission.split_heads(x, heads), reference.split_heads(x, heads), "split_heads")


@pytest.mark.task("join_heads")
@pytest.mark.points(2)
@pytest.mark.hint("Undo the swap, then reshape: in which order do the axes have to stand before?")
@pytest.mark.promise("join_heads.x")
def test_joins_heads(submission, reference, rng):
    """join_heads: the heads of each word side by side."""
    for shape in ((2, 4, 3, 2), (1, 2, 4, 3), (3, 1, 2, 5)):
        x = rng.normal(size=shape)
        equal(submission.join_heads(x), reference.join_heads(x), "join_heads")


@pytest.mark.task("causal_mask")
@pytest.mark.points(2)
@pytest.mark.hint("Query i has the position past + i. It reads the keys 0 to past + i.")
@pytest.mark.promise("own-word")
def test_causal_mask(submission, reference):
    """causal_mask: each word reads itself and the words before it, also those of the past."""
    for sizes in ((1,), (4,), (1, 3), (3, 2), (2, 0)):
        agrees(submission, reference, "causal_mask", *sizes)


@pytest.mark.task("MultiHeadAttention")
@each
@pytest.mark.points(1.5)
@pytest.mark.hint("x W_qkv, split into heads; softmax of q kᵀ / √d; α v, joined; times W_o.")
@pytest.mark.promise("MultiHeadAttention.forward.x", "unchanged", "root-of-the-head", "packed")
def test_forward(submission, reference, rng, heads, settings):
    """The means of all heads, times W_o, and the weights."""
    pair = pair_of(submission, reference, rng, heads, settings)
    pair.same_forward(words(rng))
    equal(pair.student.weights, pair.reference.weights, "MultiHeadAttention.weights", atol=1e-15)


@pytest.mark.task("MultiHeadAttention")
@each
@pytest.mark.points(4)
@pytest.mark.hint("Through W_o, split into heads, then as in `attention`; at last through W_qkv.")
@pytest.mark.promise("MultiHeadAttention.backward", "unchanged", "sum-over-the-group")
def test_backward(submission, reference, rng, heads, settings):
    """The gradients of x, W_qkv and W_o."""
    pair = pair_of(submission, reference, rng, heads, settings)
    pair.same_backward(words(rng), rng=rng)
    pair.gradients_agree(words(rng, N=3, T=3), rng=rng)
    large = pair_of(submission, reference, rng, heads, settings, features=48)
    large.draw_parameters(rng, 0.1)
    large.many_gradients(words(rng, N=1, T=6, D=48), rng=rng)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(0.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
@pytest.mark.promise("adds-up")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair_of(submission, reference, rng, 2, {}).accumulates(words(rng), rng=rng)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(1.5)
@pytest.mark.hint("With one head, no axis is split: q, k and v have all D features.")
@pytest.mark.promise("one-head")
def test_one_head_is_attention(submission, rng):
    """One head with W_o = 1 is the attention of x W_q to x W_k and x W_v, with the root of D."""
    D = 6
    model = submission.MultiHeadAttention(D, 1, rng=rng)
    W = rng.normal(scale=0.5, size=(D, 3 * D))
    assign(model, {"W_qkv": W, "W_o": np.eye(D)})
    x = words(rng, D=D)
    q, k, v = np.split(x @ W, 3, axis=-1)
    e = np.exp(q @ k.swapaxes(1, 2) / D**0.5)
    weights = e / e.sum(axis=-1, keepdims=True)
    what = "MultiHeadAttention.forward with one head, compared with attention"
    equal(model.forward(x), weights @ v, what, rtol=1e-9)
    equal(model.weights, weights[:, None], "MultiHeadAttention.weights with one head", rtol=1e-9)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(2)
@pytest.mark.hint("Query heads 0 to H/G − 1 share the first head of keys and values, and so on.")
@pytest.mark.promise("shared", "sum-over-the-group")
def test_shared_keys(submission, rng):
    """Heads that share keys are heads whose keys have equal columns of W_qkv."""
    D, H, G, d = 8, 4, 2, 2
    shared = submission.MultiHeadAttention(D, H, key_value_heads=G, rng=rng)
    alone = submission.MultiHeadAttention(D, H, rng=rng)
    W, W_o = rng.normal(scale=0.5, size=(D, (H + 2 * G) * d)), rng.normal(size=(D, D))
    q, k, v = np.split(W, [H * d, (H + G) * d], axis=1)
    repeated = [np.repeat(m.reshape(D, G, d), H // G, axis=1).reshape(D, -1) for m in (k, v)]
    assign(shared, {"W_qkv": W, "W_o": W_o})
    assign(alone, {"W_qkv": np.hstack([q, *repeated]), "W_o": W_o})
    x, grad = rng.normal(size=(2, 2, 5, D))
    equal(shared.forward(x), alone.forward(x), "forward with repeated columns", rtol=1e-9)
    what = "the gradient of x with repeated columns"
    equal(shared.backward(grad), alone.backward(grad), what, rtol=1e-7, atol=1e-9)
    of_q, *of_copies = np.split(alone.gradients["W_qkv"], 3, axis=1)
    summed = [m.reshape(D, G, H // G, d).sum(axis=2).reshape(D, -1) for m in of_copies]
    expected = np.hstack([of_q, *summed])
    what = "the gradient of W_qkv, summed over the copies of each column"
    equal(shared.gradients["W_qkv"], expected, what, rtol=1e-7, atol=1e-9)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(3)
@pytest.mark.hint("A weight of 0 has to be exactly 0: is the mask inside the softmax?")
@pytest.mark.promise("no-look-ahead")
def test_no_look_ahead(submission, reference, rng):
    """Causal: other later words change no bit of the output, and get no gradient from it."""
    pair = pair_of(submission, reference, rng, 2, {"causal": True})
    x, grad = rng.normal(size=(2, 2, 6, 8))
    y = pair.same_forward(x)
    for t in (1, 3, 5):
        other, early = x.copy(), grad.copy()
        other[:, t:], early[:, t:] = rng.normal(scale=30, size=x[:, t:].shape), 0
        changed = np.abs(pair.student.forward(other)[:, :t] - y[:, :t])
        worst = float(changed.max())
        message = f"other words from position {t} on change earlier outputs by {worst:.2g}"
        expect(worst == 0, f"{message}: not a bit may change", about=changed)
        pair.student.forward(x)
        late = np.abs(pair.student.backward(early)[:, t:])
        message = f"outputs before position {t} have a gradient of later words, {late.max():.2g}"
        expect(not late.any(), f"{message}: it is exactly 0", about=late)


@pytest.mark.task("MultiHeadAttention")
@each
@pytest.mark.points(1)
@pytest.mark.hint("A mask and causal_mask hold together: a key counts where both are True.")
@pytest.mark.promise("padding", "both-masks", "MultiHeadAttention.forward.mask")
def test_padding(submission, reference, rng, heads, settings):
    """Words at padding are no keys: their contents change no other word."""
    pair = pair_of(submission, reference, rng, heads, settings)
    x, mask = words(rng), np.arange(5) < np.array([[5], [3]])
    y = pair.same_forward(x, mask)
    pair.same_backward(x, mask, rng=rng)
    x[~mask] = 30.0
    there = pair.student.forward(x, mask)[mask]
    equal(there, y[mask], "forward of the words that are there", rtol=1e-12)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(4)
@pytest.mark.hint("np.concatenate([old keys, new keys], axis=2), and a causal mask with a past.")
@pytest.mark.promise(
    "step-is-forward", "MultiHeadAttention.step.x", "MultiHeadAttention.step.cache", "cache-shapes"
)
def test_steps(submission, reference, rng):
    """step: words in pieces have the outputs of forward, and keys and values are cached."""
    for settings in ({}, {"key_value_heads": 2}):
        pair = pair_of(submission, reference, rng, 4, {"causal": True, **settings})
        x = words(rng, T=6)
        y, cache = pair.student.forward(x), pair.student.initial_cache(2)
        expected = pair.reference.initial_cache(2)
        for start, end in ((0, 1), (1, 4), (4, 6)):
            piece = x[:, start:end]
            _, expected = pair.reference.step(piece, expected)
            part, cache = agrees(pair.student, pair.reference, "step", piece, cache)
            what = f"step of the words {start} to {end - 1}, compared with forward"
            equal(part, y[:, start:end], what, rtol=1e-9, atol=1e-12)
            equal(cache, expected, "the cache that step returns", rtol=1e-9)


@pytest.mark.task("MultiHeadAttention")
@each
@pytest.mark.points(1)
@pytest.mark.hint("Make no array of float64: a mask of booleans changes no dtype.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng, heads, settings):
    """Parameters and inputs of float32: results and gradients of float32."""
    pair = pair_of(submission, reference, rng, heads, settings)
    pair.same_forward(words(rng))
    if in_float32(pair):
        x, mask = words(rng).astype(np.float32), np.arange(5) < np.array([[5], [3]])
        pair.same_backward(x, mask, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("multiplications")
@pytest.mark.points(2)
@pytest.mark.hint("A product of (a, b) and (b, c) needs a b c multiplications.")
@pytest.mark.promise("square-of-the-length", "multiplications.returns")
def test_multiplications(submission, reference):
    """multiplications: of the matrices as T, and of the pairs of words as T²."""
    for sizes in ((1, 4, 2), (10, 8, 2), (10, 8, 4, 1), (7, 12, 6, 2)):
        agrees(submission, reference, "multiplications", *sizes)
    matrices, pairs = submission.multiplications(50, 16, 4)
    twice = submission.multiplications(100, 16, 4)
    message = f"for twice the words, {(matrices, pairs)} should become {(2 * matrices, 4 * pairs)}"
    expect(tuple(twice) == (2 * matrices, 4 * pairs), f"{message}, but it is {tuple(twice)}")


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given functions at the end of the file raise these errors: keep the calls.")
@pytest.mark.promise("errors", "MultiHeadAttention.raises", "MultiHeadAttention.forward.raises")
def test_what_does_not_fit(submission, reference, rng):
    """Heads that do not divide, words and masks of other shapes are errors."""
    pair = pair_of(submission, reference, rng, 2, {})
    pair.same_forward(words(rng))
    for heads, shared in ((3, None), (0, None), (4, 3), (2, 4)):
        settings = {"key_value_heads": shared, "rng": rng}
        refuses(submission, "MultiHeadAttention", 8, heads, **settings)
    for x in (words(rng, D=7), words(rng)[0], words(rng, T=0)):
        refuses(pair.student, "forward", x)
    for shape in ((2, 4), (5, 5), (2, 5, 4), (2, 1, 5)):
        refuses(pair.student, "forward", words(rng), np.ones(shape, bool))
