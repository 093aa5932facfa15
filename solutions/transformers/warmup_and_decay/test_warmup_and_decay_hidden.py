"""Hidden checks of warmup, AdamW and micro-batches: settings, state, texts, errors."""

import numpy as np
import pytest

from autograder.checks import after_call, built, equal, paired_models, part, refuses


@pytest.mark.task("WarmupCosine")
@pytest.mark.points(1)
@pytest.mark.hint("The rate depends on the share alone; keep the given calls of _check.")
@pytest.mark.promise(
    "errors", "independent-calls", "WarmupCosine.raises",
    "WarmupCosine.rate_at.raises", "WarmupCosine.rate.raises",
)  # fmt: skip
def test_shares_in_any_order(submission, reference, rng):
    """WarmupCosine: shares in any order; a share, a step or a setting out of range is an error."""
    settings = (0.3, 0.05, 0.02, 7)
    ours, theirs = submission.WarmupCosine(*settings), reference.WarmupCosine(*settings)
    for share in rng.random(8).tolist():
        equal(ours.rate_at(share), theirs.rate_at(share), f"rate_at({share:.4g})", rtol=1e-12)
    for step in (7, 0, 3, 1_000_000):
        equal(ours.rate(step), theirs.rate(step), f"rate({step})", rtol=1e-12)
    for share in (-0.01, 1.01, np.nan):
        refuses(ours, "rate_at", share)
    refuses(ours, "rate", -1)
    for wrong in ((0.0,), (0.1, 1.0), (0.1, -0.1), (0.1, 0.1, 1.5), (0.1, 0.1, 0.1, 0)):
        refuses(submission, "WarmupCosine", *wrong)


@pytest.mark.task("AdamW")
@pytest.mark.points(1)
@pytest.mark.hint("Only weights may decay; λ = 0 is Adam.")
@pytest.mark.promise("AdamW.raises", "AdamW", "AdamW.weight_decay", "adam-without-decay")
def test_settings_of_adam_w(submission, reference, rng):
    """AdamW: the default settings, no decay at all, a large ε, and a name that comes later."""
    for settings in ({}, {"weight_decay": 0.0}, {"epsilon": 0.5, "weight_decay": 1.0}):
        student, solution = (side.AdamW(**settings) for side in (submission, reference))
        mine = theirs = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=3)}
        for step in range(4):
            if step == 2:
                late = {"late": rng.normal(size=(2, 2))}
                mine, theirs = mine | late, theirs | late
            gradients = {name: rng.normal(size=x.shape) for name, x in mine.items()}
            mine, _ = after_call(student, "step", mine, gradients)
            theirs, _ = after_call(solution, "step", theirs, gradients)
            for key, expected in theirs.items():
                equal(mine[key], expected, f"parameters['{key}'] with {settings}, step {step + 1}")
    refuses(submission, "AdamW", weight_decay=-0.1)


@pytest.mark.task("accumulate")
@pytest.mark.points(1)
@pytest.mark.hint("Count targets, not rows: targets.size.")
@pytest.mark.promise("accumulate", "counts-targets", "accumulate.raises", "accumulate.batches")
def test_texts_count_by_their_words(submission, reference, rng):
    """accumulate: texts of different lengths count by their words; no target is an error."""
    pair = paired_models(submission, reference, part("affine", 4, 3, rng=rng), rng=rng)
    loss, theirs = (built(side, part("softmax_cross_entropy")) for side in (submission, reference))
    batches = [
        (rng.normal(size=(N, T, 4)), rng.integers(3, size=(N, T))) for N, T in ((2, 5), (3, 1))
    ]
    x, targets = zip(*batches, strict=True)
    rows = (
        np.concatenate([a.reshape(-1, 4) for a in x]),
        np.concatenate([a.ravel() for a in targets]),
    )
    expected = theirs.forward(pair.reference.forward(rows[0]), rows[1])
    pair.reference.zero_gradients()
    pair.reference.backward(theirs.backward())
    outcome = submission.accumulate.outcome(pair.student, loss, batches)
    equal(outcome.value, expected, "the loss of texts of 5 words and of 1", rtol=1e-9)
    for key, gradient in pair.reference.gradients.items():
        what = f"gradients['{key}'] of texts of 5 words and of 1"
        equal(pair.student.gradients[key], gradient, what, rtol=1e-7, atol=1e-12)
    changed = [name for name in outcome.changed if "argument 3" in name]
    equal(changed, [], "the arrays of batches that accumulate changes")
    for none in ([], [(np.ones((0, 4)), np.ones(0, int))]):
        refuses(submission, "accumulate", pair.student, loss, none)
