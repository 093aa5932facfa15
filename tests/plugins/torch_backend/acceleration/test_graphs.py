"""Steps that are recorded and replayed, with a recorder that this machine can run.

`Tape` records the operations of a step, below all Python code, and repeats them on the same memory,
as a CUDA graph does: what a step computes in Python is not repeated.
"""

import numpy as np
import pytest
from small_runs import copy_corpora, train

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

from framework.training.loops import Batch  # noqa: E402
from plugins.torch_backend.acceleration import graphs  # noqa: E402
from plugins.torch_backend.acceleration.graphs import (  # noqa: E402
    FIRST_STEPS,
    MAX_GRAPHS,
    Conditions,
    RepeatedStep,
    refusal,
)
from plugins.torch_backend.acceleration.host_use import watching_the_host  # noqa: E402
from plugins.torch_backend.arrays import (  # noqa: E402
    DeviceGenerator,
    TorchArrays,
    host_values,
    uniforms,
)

ACCELERATOR = "plugins.torch_backend.acceleration.accelerator.TorchAccelerator.repeated"


def tensors(values):
    return [leave for leave in tree_leaves(values) if isinstance(leave, torch.Tensor)]


class Tape(TorchDispatchMode):
    """The operations of one step; `play` repeats them into the same memory."""

    def __init__(self):
        super().__init__()
        self.operations = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        self.operations.append((function, args, kwargs or {}, result))
        return result

    def play(self):
        for function, args, kwargs, result in self.operations:
            with torch.no_grad():
                again = function(*args, **kwargs)
            own = {tensor.untyped_storage().data_ptr() for tensor in tensors((args, kwargs))}
            for old, new in zip(tensors(result), tensors(again), strict=True):
                if new.untyped_storage().data_ptr() not in own:
                    old.copy_(new)


class Tapes:
    """A recorder. Like the capture of a graph, a recording draws no random numbers."""

    def __init__(self, generator=None):
        self.generator, self.recorded = generator, []

    def record(self, step):
        tape = Tape()
        before = None if self.generator is None else self.generator.get_state()
        with tape:
            step()
        if before is not None:
            self.generator.set_state(before)
        self.recorded.append(tape)
        return tape.play


class Refusing:
    """A recorder that cannot record."""

    def record(self, step):
        step()
        raise RuntimeError("operation not permitted when stream is capturing\nmore lines")


@pytest.fixture
def made(monkeypatch, tmp_path):
    """The repeated steps of all runs, which record on tapes."""
    monkeypatch.chdir(tmp_path)
    copy_corpora(tmp_path)
    results = []

    def repeated(accelerator, step, model, rng):
        results.append(RepeatedStep(step, model, Tapes(rng.on_device)))
        accelerator._repeated = results[-1]
        return results[-1]

    with monkeypatch.context() as patch:
        train_plain = [train(kind, f"{kind}.plain", *RUN) for kind in KINDS]
        patch.setattr(ACCELERATOR, repeated)
        patch.setattr(graphs, "FIRST_STEPS", 2)
        yield results
    del train_plain


RUN = ("--backend", "torch", "--clip", 1)
KINDS = ("language_model", "text_classifier")


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_replayed_steps_gives_the_same_bytes(kind, made, tmp_path):
    """With dropout, clipping, a carried state, Adam, and a last batch of another shape."""
    printed = train(kind, f"{kind}.graphs", *RUN)
    assert (tmp_path / f"{kind}.graphs").read_bytes() == (tmp_path / f"{kind}.plain").read_bytes()
    (step,) = made
    assert step.replayed > sum(step.alone.values()) / 2
    assert f"{step.replayed:,} of " in printed
    assert "steps as CUDA graphs; one by one: " in printed


class Scaled:
    """A model with one parameter w: the loss of a step is Σ w x y, whatever the step before."""

    training = True

    def __init__(self):
        self.w, self.gradients = torch.ones(3), {"w": torch.zeros(3)}

    def step(self, batch):
        (x,) = batch.inputs
        self.gradients["w"].copy_(x * batch.targets)
        return (self.w * x * batch.targets).sum(), self.gradients


def batch(*values, terms=1):
    return Batch((torch.tensor(values),), torch.full((len(values),), 2.0), terms=terms)


def steps_of(model, recorder=None, **settings):
    recorder = recorder or Tapes()
    return RepeatedStep(model.step, model, recorder, device="cpu", **settings), recorder


def test_each_replay_reads_its_own_batch_and_keeps_its_own_loss():
    step, _ = steps_of(Scaled())
    losses = [step(batch(1.0 + i, 0.0, 0.0))[0] for i in range(6)]
    assert [float(loss) for loss in losses] == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
    assert step.replayed == 6 - FIRST_STEPS
    assert step(batch(0.0, 1.0, 2.0))[1]["w"].tolist() == [0.0, 2.0, 4.0]


def test_parameters_that_an_optimizer_changes_are_read_anew():
    model = Scaled()
    step, _ = steps_of(model)
    for _ in range(FIRST_STEPS + 1):
        step(batch(1.0, 1.0, 1.0))
    model.w.mul_(3)
    assert float(step(batch(1.0, 1.0, 1.0))[0]) == 18.0


def test_another_shape_or_number_of_terms_is_another_graph():
    step, recorder = steps_of(Scaled())
    for _ in range(FIRST_STEPS + 1):
        step(batch(1.0, 1.0, 1.0))
        step(batch(1.0, 1.0, 1.0, terms=2))
    assert len(recorder.recorded) == 2


def test_a_step_that_cannot_be_recorded_is_taken_and_the_reason_is_shown():
    step, _ = steps_of(Scaled(), Refusing())
    losses = [float(step(batch(1.0 + i, 0.0, 0.0))[0]) for i in range(5)]
    assert losses == [2.0, 4.0, 6.0, 8.0, 10.0]
    assert step.notes() == [
        "0 of 5 steps as CUDA graphs; one by one: "
        f"{FIRST_STEPS} (the first {FIRST_STEPS} steps of a shape are taken one by one), 2 (a step "
        "could not be recorded: operation not permitted when stream is capturing)"
    ]


def test_a_step_that_reads_the_device_is_not_recorded():
    class Reading(Scaled):
        def step(self, batch):
            loss, gradients = super().step(batch)
            return (loss if loss.item() > 0 else -loss), gradients

    step, recorder = steps_of(Reading())
    for _ in range(5):
        step(batch(1.0, 1.0, 1.0))
    assert not recorder.recorded
    assert "values that are read from the device (_local_scalar_dense)" in step.notes()[0]


def test_layers_are_compiled_before_their_step_is_recorded():
    """What has run under a watch would never be compiled."""
    model, compiled = Scaled(), []

    def translate(graph, inputs):
        compiled.append(len(repeated.alone))
        return graph.forward

    product = torch.compile(lambda x, y: x * y, backend=translate)

    def step(batch):
        product(batch.inputs[0], batch.targets)
        return model.step(batch)

    recorder = Tapes()
    repeated = RepeatedStep(step, model, recorder, device=None)
    for _ in range(FIRST_STEPS):
        repeated(batch(1.0, 1.0, 1.0))
    assert compiled == [1]
    assert not recorder.recorded


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        (Conditions(), ""),
        (Conditions(is_wanted=False), "`--no-graphs`"),
        (Conditions(is_deterministic=True), "with `--deterministic`"),
        (Conditions(host_use="the lengths of texts"), "a step uses the lengths of texts"),
        (Conditions(failure="no memory"), "could not be recorded: no memory"),
        (Conditions(steps=FIRST_STEPS - 1), "taken one by one"),
        (Conditions(graphs=MAX_GRAPHS - 1), ""),
        (Conditions(graphs=MAX_GRAPHS), "more than 16 shapes"),
    ],
)
def test_conditions_decide(conditions, said):
    reason = refusal(conditions)
    assert said in reason
    assert bool(reason) == bool(said)


def test_values_of_the_host_are_noted():
    arrays = TorchArrays()
    ids = arrays.from_numpy(np.array([[1, 2], [3, 0]]))
    with watching_the_host("cpu") as result:
        host_values(ids)
        uniforms((2,), arrays.device, rng=np.random.default_rng(0))
        ids[ids > 1]
    assert result.described() == (
        "the lengths of texts and masks that are drawn on the host and values that are read from "
        "the device (index)"
    )
    with watching_the_host("cpu") as result:
        uniforms((2,), arrays.device, rng=DeviceGenerator(0, arrays.device))
        ids + ids[:, ids[1] % 2]
    assert result.described() == ""
    with watching_the_host(None) as result:  # without a watch
        host_values(ids)
        ids[0, 0].item()
    assert result.described() == "the lengths of texts"
