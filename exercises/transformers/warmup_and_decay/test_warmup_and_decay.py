"""Checks of warmup, AdamW and micro-batches that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    after_call,
    arrays_are_fixed,
    built,
    equal,
    expect,
    paired_models,
    part,
    set_attribute,
)
from framework.training.loss_and_optimizers import Adam

#: A weight, a bias and a table of embeddings.
SHAPES = {"W": (3, 4), "b": (4,), "embedding": (5, 3)}


def draw(rng):
    """Return one array for each name of `SHAPES`."""
    return {name: rng.normal(size=shape) for name, shape in SHAPES.items()}


def take_step(optimizer, parameters, gradients):
    """Return the parameters after one step; check that it is in place and keeps the gradients."""
    outcome = optimizer.step.outcome(parameters, gradients, after=True)
    moved, left = outcome.args
    equal(left, gradients, "the gradients after step (they must not change)", rtol=0.0)
    for name in parameters:
        in_place = f"argument 1['{name}']" in outcome.changed
        expect(
            in_place
            or np.array_equal(moved[name], parameters[name])
            or arrays_are_fixed(optimizer, parameters[name]),
            f"step puts a new array into parameters['{name}']: change the array in place, "
            "because the model holds it",
        )
    return moved


@pytest.mark.task("WarmupCosine")
@pytest.mark.points(2.5)
@pytest.mark.hint("First α₀ s/w. Then cos goes from 1 to −1: 0.5 + 0.5 cos goes from 1 to 0.")
@pytest.mark.promise("WarmupCosine")
def test_rate_by_share(submission, reference, rng):
    """WarmupCosine: the rate at shares of the training, also without warmup."""
    shares = [0.0, 0.05, 0.1, 0.3, 0.55, 0.9, 1.0, *rng.random(9).tolist()]
    for settings in ((0.1,), (3e-4, 0.25, 0.0), (0.5, 0.0, 0.2), (1.0, 0.6, 1.0)):
        ours, theirs = submission.WarmupCosine(*settings), reference.WarmupCosine(*settings)
        for share in shares:
            what = f"WarmupCosine{settings}.rate_at({share:.4g})"
            equal(ours.rate_at(share), theirs.rate_at(share), what, rtol=1e-12, atol=1e-12)


@pytest.mark.task("WarmupCosine")
@pytest.mark.points(2)
@pytest.mark.hint("At s = w the line has arrived at α₀, and the cosine starts there.")
@pytest.mark.promise("shape-of-the-schedule")
def test_the_rate_is_continuous(submission):
    """WarmupCosine: 0 at first, α₀ after the warmup, half way down in the middle, r α₀ at last."""
    schedule = submission.WarmupCosine(0.8, warmup=0.2, least=0.25)
    actual = [schedule.rate_at(share) for share in (0.0, 0.1, 0.2, 0.6, 1.0)]
    equal(actual, [0.0, 0.4, 0.8, 0.5, 0.2], "the rates at 0, 0.1, 0.2, 0.6 and 1", atol=1e-12)
    around = [schedule.rate_at(share) for share in (0.2 - 1e-9, 0.2 + 1e-9)]
    equal(around, [0.8, 0.8], "the rates just before and after the warmup", rtol=1e-7)


@pytest.mark.task("WarmupCosine")
@pytest.mark.points(2)
@pytest.mark.hint("`step` of `self.steps` steps are done: which share is that?")
@pytest.mark.promise("by-step", "WarmupCosine.rate", "WarmupCosine.steps")
def test_rate_by_step(submission, reference):
    """WarmupCosine: the trajectory of 40 steps, and the last rate after them."""
    settings = (0.1, 0.25, 0.1, 40)
    ours, theirs = submission.WarmupCosine(*settings), reference.WarmupCosine(*settings)
    actual = np.array([ours.rate(step) for step in range(46)])
    expected = np.array([theirs.rate(step) for step in range(46)])
    equal(actual, expected, "the rates of steps 0 to 45", rtol=1e-12)
    equal(actual[40:], np.full(6, 0.01), "the rates after the last step", rtol=1e-12)


@pytest.mark.task("AdamW")
@pytest.mark.points(2.5)
@pytest.mark.hint("x ← (1 − α λ) x first. Adam's first step has the length α.")
@pytest.mark.promise("order-of-the-step")
def test_adam_w_by_hand(submission, reference, rng):
    """AdamW: two steps as worked out in the README; others with drawn numbers."""
    optimizer = submission.AdamW(0.1, weight_decay=0.5)
    x = take_step(optimizer, {"x": np.array([[1.0]])}, {"x": np.array([[2.0]])})
    equal(x["x"], np.array([[0.85]]), "x = 1 after a step with g = 2", rtol=1e-6)
    x = take_step(optimizer, x, {"x": np.array([[2.0]])})
    equal(x["x"], np.array([[0.7075]]), "x after a second step with g = 2", rtol=1e-6)
    student, solution = (module.AdamW(0.1, weight_decay=0.5) for module in (submission, reference))
    mine = theirs = {"x": rng.normal(size=(1, 1))}
    for gradient in rng.normal(size=(2, 1, 1)):
        mine = take_step(student, mine, {"x": gradient})
        theirs, _ = after_call(solution, "step", theirs, {"x": gradient})
        equal(mine["x"], theirs["x"], f"x after a step with g = {gradient[0, 0]:.4g}")


@pytest.mark.task("AdamW")
@pytest.mark.points(2.5)
@pytest.mark.hint("A schedule changes self.learning_rate: pass it to self.adam in every step.")
@pytest.mark.promise("unchanged", "in-place", "current-rate")
def test_adam_w_trajectory(submission, reference, rng):
    """AdamW: 50 steps of a weight, a bias and embeddings, with two rates."""
    settings = {"beta1": 0.8, "beta2": 0.95, "weight_decay": 0.3}
    student, solution = (module.AdamW(0.05, **settings) for module in (submission, reference))
    mine = theirs = draw(rng)
    for step in range(1, 51):
        gradients = draw(rng)
        for optimizer in (student, solution) if step == 25 else ():
            set_attribute(optimizer, "learning_rate", 0.02)
        mine = take_step(student, mine, gradients)
        theirs, _ = after_call(solution, "step", theirs, gradients)
        for key, expected in theirs.items():
            equal(mine[key], expected, f"parameters['{key}'] after step {step} of 50")


@pytest.mark.task("AdamW")
@pytest.mark.points(2.5)
@pytest.mark.hint("x.ndim tells a weight from a bias. With a gradient of 0 nothing else moves x.")
@pytest.mark.promise("no-decay-for-vectors")
def test_vectors_do_not_decay(submission, rng):
    """AdamW: biases and the parameters of norms do not decay; weights and embeddings do."""
    start = draw(rng) | {"gamma": rng.normal(size=6), "filters": rng.normal(size=(2, 3, 4))}
    zero = {name: 0 * x for name, x in start.items()}
    moved = take_step(submission.AdamW(0.1, weight_decay=2.0), start, zero)
    for name, x in start.items():
        kept = 1.0 if x.ndim < 2 else 0.8
        equal(moved[name], kept * x, f"parameters['{name}'] {x.shape}, without a gradient")


@pytest.mark.task("AdamW")
@pytest.mark.points(2.5)
@pytest.mark.hint("λ x belongs to no gradient: Adam divides gradients by their size.")
@pytest.mark.promise("decoupled")
def test_decay_is_no_penalty(submission, rng, plot):
    """AdamW: weights decay by the same factor, whatever the sizes of their gradients are."""
    rate, decay, steps = 0.002, 0.5, 200
    sizes = 10.0 ** np.arange(-2, 3)
    gradients = sizes[:, None] * rng.normal(size=(steps, 5, 8))
    start = rng.uniform(1, 2, size=(5, 8))
    coupled, decoupled = [], []
    for x in (start, 0 * start):
        ends = {"adam": {"x": x.copy()}, "adam_w": {"x": x}}
        adam, adam_w = Adam(rate), submission.AdamW(rate, weight_decay=decay)
        for g in gradients:
            adam.step(ends["adam"], {"x": g + decay * ends["adam"]["x"]})
            ends["adam_w"], _ = after_call(adam_w, "step", ends["adam_w"], {"x": g})
        coupled.append(ends["adam"]["x"])
        decoupled.append(ends["adam_w"]["x"])
    left = {
        name: ((of_start - of_zero) / start).mean(axis=1)
        for name, (of_start, of_zero) in (("AdamW", decoupled), ("L2 in the loss", coupled))
    }
    plot(
        "What is left of a weight after 200 steps, by the size of its gradients",
        left, x=np.log10(sizes), x_label="log10 of the size", y_label="share",
    )  # fmt: skip
    what = "what is left of weights whose gradients have the sizes 0.01, 0.1, 1, 10 and 100"
    equal(left["AdamW"], np.full(5, (1 - rate * decay) ** steps), what, rtol=1e-6)


def micro_batches(rng, sizes):
    """Return batches of these sizes, of 5 features and 3 classes, and all of them as one."""
    batches = [(rng.normal(size=(n, 5)), rng.integers(3, size=n)) for n in sizes]
    return batches, tuple(np.concatenate(arrays) for arrays in zip(*batches, strict=True))


def accumulated(submission, reference, rng, sizes):
    """Check the loss and gradients of micro-batches of `sizes` against those of the whole."""
    pair = paired_models(submission, reference, part("affine", 5, 3, rng=rng), rng=rng)
    batches, whole = micro_batches(rng, sizes)
    loss = built(submission, part("softmax_cross_entropy"))
    theirs = built(reference, part("softmax_cross_entropy"))
    expected = theirs.forward(pair.reference.forward(whole[0]), whole[1])
    pair.reference.zero_gradients()
    pair.reference.backward(theirs.backward())
    value, shown = submission.accumulate(pair.student, loss, batches), ", ".join(map(str, sizes))
    equal(value, expected, f"the loss of micro-batches of {shown}", rtol=1e-9)
    for key, gradient in pair.reference.gradients.items():
        what = f"gradients['{key}'] of micro-batches of {shown}, and of the whole batch"
        equal(pair.student.gradients[key], gradient, what, rtol=1e-7, atol=1e-12)
    return pair, loss, batches


@pytest.mark.task("accumulate")
@pytest.mark.points(2.5)
@pytest.mark.hint("model.backward adds: divide each gradient of a mean by the number of batches.")
@pytest.mark.promise("equals-the-large-batch")
def test_equal_micro_batches(submission, reference, rng):
    """accumulate: the gradients of micro-batches of equal size are those of the large batch."""
    accumulated(submission, reference, rng, (4, 4, 4))
    accumulated(submission, reference, rng, (7,))


@pytest.mark.task("accumulate")
@pytest.mark.points(2.5)
@pytest.mark.hint("A mean over 2 targets counts 2 / (2 + 6) of the whole mean.")
@pytest.mark.promise("unequal-sizes")
def test_unequal_micro_batches(submission, reference, rng):
    """accumulate: each micro-batch counts by its number of targets."""
    accumulated(submission, reference, rng, (2, 6))
    accumulated(submission, reference, rng, (1, 5, 9, 2))


@pytest.mark.task("accumulate")
@pytest.mark.points(1)
@pytest.mark.hint("model.zero_gradients() once, before the first micro-batch.")
@pytest.mark.promise("starts-anew")
def test_gradients_start_anew(submission, reference, rng):
    """accumulate: gradients from before do not count, and parameters do not change."""
    pair, loss, batches = accumulated(submission, reference, rng, (3, 2))
    before = dict(pair.student.parameters)
    once = dict(pair.student.gradients)
    submission.accumulate(pair.student, loss, batches)
    equal(dict(pair.student.gradients), once, "the gradients of a second call", rtol=1e-9)
    equal(dict(pair.student.parameters), before, "the parameters after accumulate", rtol=0.0)


@pytest.mark.task("AdamW")
@pytest.mark.points(0.5)
@pytest.mark.hint("A change in place keeps the dtype: x *= 1 − α λ.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng):
    """AdamW: parameters of float32 stay float32."""
    student, solution = (module.AdamW(0.1, weight_decay=0.5) for module in (submission, reference))
    mine = theirs = {name: x.astype(np.float32) for name, x in draw(rng).items()}
    for _ in range(4):
        gradients = {name: x.astype(np.float32) for name, x in draw(rng).items()}
        mine = take_step(student, mine, gradients)
        theirs, _ = after_call(solution, "step", theirs, gradients)
    for key, expected in theirs.items():
        equal(mine[key], expected, f"parameters['{key}'] in float32", rtol=1e-4, atol=1e-6)
