"""Checks of a transformer block that you can see. The course has hidden ones, too."""

from math import erf

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, in_float32, paired_models, refuses

NORMS = pytest.mark.parametrize("norm", ["pre", "post"])
#: The weights that make a layer return zeros.
OFF = {
    "attention": ("attention.W_o",),
    "feed_forward": ("feed_forward.output.W", "feed_forward.output.b"),
}
DEPTH = 24


def block_of(submission, reference, rng, norm, **settings):
    """Return both blocks with 8 features, 2 heads and the same random parameters."""
    name = "TransformerBlock"
    return paired_models(submission, reference, name, 8, 2, norm=norm, rng=rng, **settings)


def words(rng, N=2, T=5, D=8):
    """Return words of N texts."""
    return rng.normal(size=(N, T, D))


def switch_off(model, *layers):
    """Let these layers of a block return zeros."""
    names = [name for layer in layers for name in OFF[layer]]
    assign(model, {name: 0 * model.parameters[name] for name in names})


@pytest.mark.task("Gelu")
@pytest.mark.points(1.5)
@pytest.mark.hint("Count the factors: 1/2, z, and 1 + tanh of √(2/π) (z + 0.044715 z³).")
@pytest.mark.promise("Gelu.forward", "unchanged", "near-the-distribution")
def test_gelu(submission, reference, rng):
    """Gelu: the values of the formula, which are close to z Φ(z)."""
    pair = paired_models(submission, reference, "Gelu")
    for shape in ((5,), (3, 4), (2, 3, 4)):
        pair.same_forward(rng.normal(scale=2, size=shape))
    z = np.linspace(-6, 6, 121)
    exact = z * np.array([0.5 + 0.5 * erf(v / 2**0.5) for v in z])
    y = pair.student.forward(z)
    off = float(np.abs(y - exact).max())
    expect(off < 1e-3, f"Gelu.forward differs by {off:.2g} from z Φ(z): at most 5e-4", about=y)


@pytest.mark.task("Gelu")
@pytest.mark.points(3)
@pytest.mark.hint("A product of z/2 and 1 + tanh(u): both depend on z. And u has a slope, too.")
@pytest.mark.promise("Gelu.backward", "unchanged")
def test_gelu_backward(submission, reference, rng):
    """Gelu: the gradient of z."""
    pair = paired_models(submission, reference, "Gelu")
    pair.same_backward(rng.normal(scale=2, size=(4, 5)), rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 2, 3)), rng=rng)


@pytest.mark.task("FeedForward")
@pytest.mark.points(2.5)
@pytest.mark.hint("self.hidden, self.gelu, self.output; backward in the reverse order.")
@pytest.mark.promise("FeedForward.forward", "FeedForward.backward", "unchanged", "adds-up")
def test_feed_forward(submission, reference, rng):
    """FeedForward: output, and the gradients of all parameters and of x."""
    pair = paired_models(submission, reference, "FeedForward", 3, rng=rng)
    pair.same_forward(words(rng, D=3))
    pair.same_backward(words(rng, D=3), rng=rng)
    pair.gradients_agree(words(rng, N=1, D=3), rng=rng)
    pair.accumulates(words(rng, D=3), rng=rng)
    large = paired_models(submission, reference, "FeedForward", 40, rng=rng, scale=0.1)
    large.many_gradients(words(rng, D=40), rng=rng)


@pytest.mark.task("FeedForward")
@pytest.mark.points(1)
@pytest.mark.hint("An affine layer works on the last axis: there is nothing to do for the others.")
@pytest.mark.promise("words-alone")
def test_each_word_alone(submission, rng):
    """FeedForward: the output of a word does not depend on other words."""
    model, x = submission.FeedForward(6, rng=rng), words(rng, D=6)
    y = model.forward(x)
    expect(np.all(y != 0), "the output is 0 somewhere", about=y)
    equal(model.forward(x[1, 2]), y[1, 2], "FeedForward.forward of one word", rtol=1e-9)


@pytest.mark.task("TransformerBlock")
@NORMS
@pytest.mark.points(2)
@pytest.mark.hint("pre: x + f(norm(x)). post: norm(x + f(x)). First the attention, then the rest.")
@pytest.mark.promise("TransformerBlock.forward.x", "TransformerBlock.forward.mask", "unchanged")
def test_forward(submission, reference, rng, norm):
    """Both layers with their sums and norms, with and without a mask."""
    pair = block_of(submission, reference, rng, norm)
    pair.same_forward(words(rng))
    pair.same_forward(words(rng), np.arange(5) < np.array([[5], [3]]))
    causal = block_of(submission, reference, rng, norm, causal=True)
    causal.same_forward(words(rng))


@pytest.mark.task("TransformerBlock")
@NORMS
@pytest.mark.points(3)
@pytest.mark.hint("x reaches y through the layer and around it: two gradients, which are added.")
@pytest.mark.promise("TransformerBlock.backward", "unchanged", "adds-up")
def test_backward(submission, reference, rng, norm):
    """The gradients of all parts and of x."""
    pair = block_of(submission, reference, rng, norm, causal=True)
    pair.same_backward(words(rng), rng=rng)
    pair.same_backward(words(rng), np.arange(5) < np.array([[5], [3]]), rng=rng)
    pair.gradients_agree(words(rng, T=3), rng=rng)
    pair.accumulates(words(rng), rng=rng)


@pytest.mark.task("TransformerBlock")
@pytest.mark.points(2)
@pytest.mark.hint("norm='pre': around each layer x goes to the sum as it is, without a norm.")
@pytest.mark.promise("identity")
def test_identity_without_the_output_matrices(submission, rng):
    """norm="pre": where both output matrices are 0, y is x, and ∂x is ∂y, to the bit."""
    model = submission.TransformerBlock(8, 2, keep_probability=0.5, causal=True, rng=rng)
    x, grad = words(rng), words(rng)
    expect(np.any(model.forward(x) != x), "a new block returns x as it is")
    switch_off(model, "attention", "feed_forward")
    exactly = {"rtol": 0, "atol": 0}
    equal(model.forward(x), x, "forward with output matrices of 0", **exactly)
    equal(model.backward(grad), grad, "backward with output matrices of 0", **exactly)
    y, _ = model.step(x, model.initial_cache(2))
    equal(y, x, "step with output matrices of 0", **exactly)


@pytest.mark.task("TransformerBlock")
@pytest.mark.points(2)
@pytest.mark.hint("self.dropouts[0] for the attention, self.dropouts[1] for FeedForward.")
@pytest.mark.promise("dropout", "modes")
@pytest.mark.parametrize("layer", [*OFF])
def test_dropout(submission, rng, layer):
    """Both layers are dropped before the sum: an entry is 0 or divided by p in training."""
    p, (other,) = 0.8, set(OFF) - {layer}
    model = submission.TransformerBlock(8, 2, keep_probability=p, rng=rng)
    switch_off(model, other)
    x, grad = words(rng, N=4, T=20), words(rng, N=4, T=20)
    model.eval()
    change = model.forward(x) - x
    expect(np.all(change != 0), "eval(): some entries of the layer are dropped", about=change)
    model.train()
    factors = (model.forward(x) - x) / change
    kept = np.abs(factors) > 0.5
    what = f"what is added in training, divided by what is added after eval(), {layer}"
    equal(factors, np.where(kept, 1 / p, 0), what, rtol=1e-6, atol=1e-6)
    share = float(kept.mean())
    expect(abs(share - p) < 0.12, f"the share {share:.2f} of the entries is kept, not {p}")
    model.zero_gradients()
    model.backward(grad)
    if layer == "feed_forward":
        expected = (grad * np.where(kept, 1 / p, 0)).sum(axis=(0, 1))
        bias = model.gradients["feed_forward.output.b"]
        equal(bias, expected, "gradients['feed_forward.output.b'] with dropout", rtol=1e-6)


def norms_of_gradients(submission, rng, norm):
    """Return the norm of ∂J/∂x of each block of a deep stack, from the first one on, and of ∂y.

    The gradient at the end compares words with each other: its sum over the words is 0.
    """
    blocks = [submission.TransformerBlock(32, 4, norm=norm, rng=rng) for _ in range(DEPTH)]
    y = words(rng, N=4, T=16, D=32)
    for block in blocks:
        y = block.forward(y)
    grad = rng.normal(size=y.shape)
    grad -= grad.mean(axis=1, keepdims=True)
    norms = [np.linalg.norm(grad)]
    for block in reversed(blocks):
        grad = block.backward(grad)
        norms.append(np.linalg.norm(grad))
    return np.array(norms[::-1])


@pytest.mark.task("TransformerBlock")
@NORMS
@pytest.mark.points(1.5)
@pytest.mark.hint("Is x added behind the norm (pre), or is the sum normalized (post)?")
@pytest.mark.promise("depth")
def test_gradients_of_a_deep_stack(submission, rng, norm):
    """Norms of gradients in 24 new blocks: with pre within a factor of 10, with post not."""
    norms = norms_of_gradients(submission, rng, norm)
    factor = float(norms.max() / max(norms.min(), 1e-300))
    message = f"with norm={norm!r}, gradients of {DEPTH} blocks differ by the factor {factor:.3g}"
    if norm == "pre":
        expect(factor < 10, f"{message}: less than 10 is right", about=norms)
    else:
        expect(factor > 10, f"{message}: more than 10 is right", about=norms)


@pytest.mark.task("TransformerBlock")
@NORMS
@pytest.mark.points(1.5)
@pytest.mark.hint("As forward, with step of the attention in the place of its forward.")
@pytest.mark.promise(
    "step-is-forward", "TransformerBlock.step.x", "TransformerBlock.step.cache",
    "TransformerBlock.step.returns",
)  # fmt: skip
def test_steps(submission, reference, rng, norm):
    """step: words in pieces have the outputs of forward."""
    pair = block_of(submission, reference, rng, norm, causal=True)
    x = words(rng)
    y, cache = pair.student.forward(x), pair.student.initial_cache(2)
    for start, end in ((0, 1), (1, 3), (3, 5)):
        part, cache = agrees(pair.student, pair.reference, "step", x[:, start:end], cache)
        what = f"step of the words {start} to {end - 1}, compared with forward"
        equal(part, y[:, start:end], what, rtol=1e-9, atol=1e-12)


@pytest.mark.points(0.5)
@pytest.mark.hint("Make no array of float64: what has the dtype of x keeps it.")
@pytest.mark.promise("dtype")
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        pytest.param("Gelu", (), marks=pytest.mark.task("Gelu"), id="Gelu"),
        pytest.param("FeedForward", (8,), marks=pytest.mark.task("FeedForward"), id="FeedForward"),
        pytest.param(
            "TransformerBlock", (8, 2), marks=pytest.mark.task("TransformerBlock"), id="block"
        ),
    ],
)
def test_float32(submission, reference, rng, name, sizes):
    """Parameters and inputs of float32: results and gradients of float32."""
    pair = paired_models(submission, reference, name, *sizes, **({"rng": rng} if sizes else {}))
    pair.same_forward(words(rng))
    if in_float32(pair):
        pair.same_backward(words(rng).astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("TransformerBlock")
@pytest.mark.points(0.5)
@pytest.mark.hint("These errors come from the given lines, and from the parts.")
@pytest.mark.promise(
    "errors", "TransformerBlock.raises", "TransformerBlock.forward.raises",
    "TransformerBlock.step.raises",
)  # fmt: skip
def test_what_does_not_fit(submission, reference, rng):
    """An unknown norm, heads that do not divide, words, masks and caches of other shapes."""
    pair = block_of(submission, reference, rng, "pre", causal=True)
    pair.same_forward(words(rng))
    refuses(submission, "TransformerBlock", 8, 2, norm="both", rng=rng)
    refuses(submission, "TransformerBlock", 8, 3, rng=rng)
    refuses(submission, "TransformerBlock", 8, 2, keep_probability=0.0, rng=rng)
    refuses(pair.student, "forward", words(rng, D=7))
    refuses(pair.student, "forward", words(rng), np.ones((2, 4), bool))
    cache = pair.reference.initial_cache(2)
    refuses(pair.student, "step", words(rng, N=3), cache)
    both = block_of(submission, reference, rng, "pre")
    refuses(both.student, "step", words(rng), cache)
