"""Two instances in turn: state that they share, and results that are filled again, are found."""

from contextlib import nullcontext

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import CheckFailed, InstanceCalls, agrees, paired_models, used_in_turn
from autograder.replays.recorded_calls import RecordedCalls
from autograder.sandbox.session.requests import Call, RemoteModule, session_behind

X = np.random.default_rng(5).normal(size=(4, 3))
SHARED = "a second Layer changed the state of the first one: keep what later calls need on self"
KEPT = "changes what an earlier one returned: return a new array in each call"


def on_the_class(self, x):
    type(self).x = x
    self.y = np.tanh(x @ self.parameters["W"] + self.parameters["b"])
    return self.y.copy()


MODULE = {}


def in_the_module(self, x):
    MODULE["y"] = np.tanh(x @ self.parameters["W"] + self.parameters["b"])
    self.x = x
    return MODULE["y"].copy()


def of_the_module(self, grad):
    self.y = MODULE["y"]
    grad_a = grad * (1 - self.y**2)
    self.gradients["W"] += self.x.T @ grad_a
    self.gradients["b"] += grad_a.sum(axis=0)
    return grad_a @ self.parameters["W"].T


def into_its_own_array(self, x):
    self.x = x
    self.y = np.tanh(x @ self.parameters["W"] + self.parameters["b"])
    self.out = getattr(self, "out", np.empty_like(self.y))
    self.out[...] = self.y
    return self.out


@pytest.mark.parametrize(
    ("methods", "line"),
    [
        ({"forward": on_the_class}, SHARED),
        ({"forward": in_the_module, "backward": of_the_module}, SHARED),
        ({"forward": into_its_own_array}, f"a later call of Layer.forward {KEPT}"),
    ],
)
def test_every_comparison_of_backward_uses_a_second_instance(remote, affine, draws, methods, line):
    layer = remote(Layer=type("Variant", (affine,), methods))
    pair = paired_models(layer, remote(Layer=affine), "Layer", 3, 2, rng=draws)
    pair.same_forward(X)
    assert line in failure(pair.same_backward, X, rng=draws)[0]


def test_attributes_are_compared_as_well(remote, affine, draws):
    class Shared(affine):
        def forward(self, x):
            y = super().forward(x)
            type(self).last = y[-1].copy()
            return y

    class Right(affine):
        def forward(self, x):
            y = super().forward(x)
            self.last = y[-1].copy()
            return y

    for cls, is_right in ((Right, True), (Shared, False)):
        pair = paired_models(remote(Layer=cls), remote(Layer=Right), "Layer", 3, 2, rng=draws)
        pair.same_backward(X, rng=draws)
        check = pair.result_is_the_callers
        if is_right:
            check(X, rng=draws, keeps=["last"])
        else:
            message, detail, *_ = failure(check, X, rng=draws, keeps=["last"])
            assert SHARED in message
            assert detail.startswith("self.last: ")


def test_instances_of_other_sizes(remote, affine, draws):
    """What depends on the sizes may be shared by layers of the same size, and by no others."""

    class Sized(affine):
        def __init__(self, inputs, outputs, *, rng):
            super().__init__(inputs, outputs, rng=rng)
            type(self).outputs = outputs

        def backward(self, grad):
            return super().backward(grad[:, : self.outputs])

    for cls, is_right in ((affine, True), (Sized, False)):
        module, reference = remote(Layer=cls), remote(Layer=affine)
        pair = paired_models(module, reference, "Layer", 3, 2, rng=draws)
        pair.same_backward(X, rng=draws)
        smaller = paired_models(module, reference, "Layer", 5, 1, rng=draws)
        others = (draws.normal(size=(6, 5)),)
        if is_right:
            pair.used_in_turn_with(smaller, (X,), others)
        else:
            assert SHARED in failure(pair.used_in_turn_with, smaller, (X,), others)[0]


def test_a_call_that_fails_only_beside_another_instance(remote, affine, draws):
    module = remote(Layer=type("Variant", (affine,), {"forward": on_the_class}))
    layers = [
        InstanceCalls(
            lambda: module.Layer(3, 2, rng=draws), [("forward", x), ("backward", x[:, :2])]
        )
        for x in (X, X[:2])
    ]
    message, detail = failure(used_in_turn, module, *layers)
    assert SHARED in message
    assert detail.startswith("Layer.backward then fails: ValueError: ")


def test_models_without_a_reference(remote):
    class Mean:
        def fit(self, x):
            self.mean = x.mean(axis=0)

        def apply(self, x):
            return x - self.mean

    class SharedMean(Mean):
        def fit(self, x):
            type(self).mean = x.mean(axis=0)

    def in_turn(cls):
        module = remote(Mean=cls)
        calls = ([("fit", data), ("apply", X)] for data in (X, 2 * X))
        used_in_turn(module, *(InstanceCalls(module.Mean, each) for each in calls))

    in_turn(Mean)
    with pytest.raises(CheckFailed) as caught:
        in_turn(SharedMean)
    assert caught.value.about.method == "Mean.apply"


def test_models_that_draw_are_compared_with_the_same_numbers(remote):
    class Dropout:
        def __init__(self, rng):
            self.rng = rng

        def forward(self, x):
            self.kept = self.rng.random(x.shape) < 0.5
            return x * self.kept

        def backward(self, grad):
            return grad * self.kept

    class SharedMask(Dropout):
        def forward(self, x):
            type(self).kept = self.rng.random(x.shape) < 0.5
            return x * self.kept

    def in_turn(cls):
        module = remote(Dropout=cls)
        layers = [
            InstanceCalls(
                lambda seed=seed: module.Dropout(np.random.default_rng(seed)),
                [("forward", X), ("backward", X)],
            )
            for seed in (1, 2)
        ]
        used_in_turn(module, *layers)

    in_turn(Dropout)
    with pytest.raises(CheckFailed, match="a second Dropout changed the state"):
        in_turn(SharedMask)


def test_a_function_that_fills_the_array_of_its_last_result(remote):
    out = np.empty_like(X)

    def doubled(x):
        return np.multiply(x, 2, out=out)

    reference = remote(f=lambda x: 2 * x)
    agrees(remote(f=lambda x: 2 * x), reference, "f", X)
    assert KEPT in failure(agrees, remote(f=doubled), reference, "f", X)[0]


def test_a_function_that_is_another_one_in_its_second_call(remote):
    calls = []

    def counts(x):
        calls.append(x)
        return x * len(calls)

    with pytest.raises(CheckFailed, match="f, called again with the same arguments"):
        agrees(remote(f=counts), remote(f=lambda x: 1 * x), "f", X)


@pytest.mark.parametrize("is_right", [True, False])
def test_a_replay_has_the_calls_of_a_second_instance_only_where_they_show_a_fault(
    remote, affine, draws, is_right
):
    layer = affine if is_right else type("Variant", (affine,), {"forward": on_the_class})
    recorded = RecordedCalls(session_behind(remote(Layer=layer)))
    pair = paired_models(RemoteModule(recorded), remote(Layer=affine), "Layer", 3, 2, rng=draws)
    with nullcontext() if is_right else pytest.raises(CheckFailed):
        pair.same_backward(X, rng=draws)
    steps = [step for exchange in recorded.exchanges for step in exchange.steps]
    built = [step for step in steps if isinstance(step, Call) and step.name == "Layer"]
    assert len(built) == 1 if is_right else len(built) > 2
