"""Names of mistakes that students make, each in another form than its list has."""

# ruff: noqa: E501 (lines of solutions stay whole)

import pytest

#: The exercise and the mistake -> its replacements, and the name that one failed check tells.
FORMS = {
    "ngram/ends-in-all-earlier-places": (
        [
            "            history[shut, j - 1] = self.nothing\n",
            "            history[shut, j - 1] = self.nothing if self.end is None else self.end\n",
        ],
        "several-starts-before-a-sentence",
    ),
    "ngram/end-counts-as-unseen": (
        [
            "shut = (history[..., j] == self.end) | (history[..., j] == self.nothing)",
            "shut = history[..., j] == self.nothing",
        ],
        "counts-over-sentences",
    ),
    "losses/loss-of-shape-one": (
        [
            "return float(np.mean(np.log(total) - right))",
            "return (np.log(total) - right).mean(axis=0)",
        ],
        "generic/extra-axis",
    ),
    "losses/gradient-with-an-axis": (
        [
            "return grad.reshape(self.shape)",
            "return grad.reshape(self.shape)[None]",
        ],
        "generic/extra-axis",
    ),
    "rnn/lookback-one-too-few": (
        [
            "t > 0 and t % k == 0",
            "t > 0 and t % k == 1 % k",
        ],
        "truncation-one-step-late",
    ),
    "rnn/lookback-one-too-many": (
        [
            "t > 0 and t % k == 0",
            "t % k == k - 1",
        ],
        "truncation-off-by-one",
    ),
    "rnn/new-state-in-the-product": (
        [
            "np.tensordot(h_before, grad_a, axes=steps)",
            "np.tensordot(h, grad_a, axes=steps)",
        ],
        "recurrent-gradient-with-the-new-state",
    ),
    "rnn/without-the-first-state-in-the-product": (
        [
            "np.tensordot(h_before, grad_a, axes=steps)",
            "np.tensordot(h[:, :-1], grad_a[:, 1:], axes=steps)",
        ],
        "recurrent-gradient-without-the-first-state",
    ),
    "rnn/state-two-before": (
        [
            "np.tensordot(h_before, grad_a, axes=steps)",
            "np.tensordot(np.concatenate([h_before[:, :1], h_before[:, :-1]], axis=1), grad_a, axes=steps)",
        ],
        "recurrent-gradient-with-an-older-state",
    ),
    "rnn/states-before": (
        [
            "return states[:, 1:].copy()",
            "return states[:, :T].copy()",
        ],
        "states-one-step-late",
    ),
    "batch_norm/running-in-training": (
        [
            "            mean, variance = self._statistics(rows)\n",
            "            self._statistics(rows)\n            mean, variance = self.running_mean.copy(), self.running_variance.copy()\n",
        ],
        "running-statistics-in-training",
    ),
    "batch_norm/plain-at-test-time": (
        [
            "        return y.reshape(x.shape)\n",
            "        return (y if self.training else self._x_hat).reshape(x.shape)\n",
        ],
        "no-scale-and-shift-at-test-time",
    ),
    "batch_norm/over-the-features": (
        [
            "mean, variance = rows.mean(axis=0), rows.var(axis=0)",
            "mean, variance = rows.mean(), rows.var()",
        ],
        "one-mean-for-all-features",
    ),
    "dropout/one-number-per-column": (
        [
            "kept = self.rng.random(x.shape) < p",
            "kept = np.broadcast_to(self.rng.random(x.shape[-1]) < p, x.shape)",
        ],
        "d-one-mask-per-column",
    ),
    "dropout/standard-normal": (
        [
            "kept = self.rng.random(x.shape) < p",
            "kept = self.rng.standard_normal(x.shape) < p",
        ],
        "d-normal-numbers",
    ),
    "negative_sampling/center-in-its-own-gradient": (
        [
            "return float(loss), slopes @ vectors, rows, gradients",
            "return float(loss), slopes.sum() * center, rows, gradients",
        ],
        "center-for-the-outside-vectors",
    ),
    "negative_sampling/summed-gradient": (
        [
            "np.add.at(gradients, places, slopes[:, None] * center)",
            "gradients[:] = (slopes[:, None] * center).sum(axis=0)",
        ],
        "one-gradient-for-all-drawn",
    ),
    "negative_sampling/outside-for-center": (
        [
            "np.add.at(gradients, places, slopes[:, None] * center)",
            "np.add.at(gradients, places, slopes[:, None] * vectors)",
        ],
        "outside-vectors-for-the-center",
    ),
    "activations/relu-step": (
        [
            "        return np.maximum(z, 0.0)\n",
            "        return self.positive.astype(z.dtype)\n",
        ],
        "relu-is-a-step",
    ),
    "activations/relu-step-ones": (
        [
            "        return np.maximum(z, 0.0)\n",
            "        return np.where(self.positive, np.ones_like(z), 0 * z)\n",
            "        return grad_output * self.positive\n",
            "        return 0 * grad_output\n",
        ],
        "relu-is-a-step",
    ),
    "optimizers/adam-power-t-minus-one": (
        [
            "v = v / (1.0 - self.beta2**t)",
            "v = v / (1.0 - self.beta2 ** max(t - 1, 1))",
            "m = m / (1.0 - self.beta1**t)",
            "m = m / (1.0 - self.beta1 ** max(t - 1, 1))",
        ],
        "adam-first-power",
    ),
    "optimizers/adam-epsilon-hat": (
        [
            "            x -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)\n",
            "            x -= self.learning_rate * m * np.sqrt(1 - self.beta2**t if self.bias_correction else 1.0) / (np.sqrt(self.v[name]) + self.epsilon)\n",
        ],
        "generic/almost-right",
    ),
    "optimizers/adam-largest-v": (
        [
            "            self.m[name], self.v[name], self.t[name] = m, v, t\n",
            "            v = np.maximum(v, self.v.get(name, 0.0))\n            self.m[name], self.v[name], self.t[name] = m, v, t\n",
        ],
        "adam-keeps-the-largest-v",
    ),
    "optimizers/adam-nesterov": (
        [
            "                m = m / (1.0 - self.beta1**t)\n",
            "                m = (self.beta1 * m + (1.0 - self.beta1) * g) / (1.0 - self.beta1**t)\n",
        ],
        "adam-of-nesterov",
    ),
    "optimizers/adam-absolute-mean": (
        [
            "            x -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)\n",
            "            x -= self.learning_rate * m / np.maximum(np.sqrt(v), self.epsilon)\n",
        ],
        "generic/almost-right",
    ),
    "losses/log-of-a-probability": (
        [
            "        return float(np.mean(np.log(total) - right))",
            "        return -float(np.mean(np.log(self.p[np.arange(len(self.p)), self.y])))",
        ],
        "cross-entropy-log-of-zero",
    ),
    "losses/all-nan": (
        [
            "        return float(np.mean(np.log(total) - right))",
            '        return float("nan")',
        ],
        "generic/not-finite",
    ),
    "rnn/all-nan": (
        [
            "return states[:, 1:].copy()",
            "return states[:, 1:] * np.nan",
        ],
        "generic/not-finite",
    ),
}
#: Those that the default run tries.
QUICK = ("losses/loss-of-shape-one", "negative_sampling/summed-gradient")


@pytest.mark.parametrize(
    "form",
    [form if form in QUICK else pytest.param(form, marks=pytest.mark.slow) for form in FORMS],
)
def test_a_mistake_of_students_is_named(changed, form):
    replacements, name = FORMS[form]
    exercise, _ = form.split("/")
    assert name in {one.id for one in changed(exercise, *replacements).diagnoses().values()}
