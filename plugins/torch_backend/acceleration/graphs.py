"""Steps of equal shapes, recorded once as CUDA graphs and replayed.

A step launches hundreds of small kernels. A graph launches them all at once, on the same memory
each time. So the arrays of a batch and the state of the model are copied into that memory. The loss
is copied out, because the next replay overwrites it.

A graph contains forward, loss, backward and clipping. The optimizer stays outside: it launches few
kernels, and its learning rate and its number of steps change on the host.

Source: Gray, "Getting Started with CUDA Graphs" (2019); the notes "CUDA Graphs" of PyTorch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from framework.interfaces import Model
from framework.training.loops import Batch, GradientStep
from plugins.torch_backend.acceleration.host_use import watching_the_host
from plugins.torch_backend.acceleration.state_tensors import state_tensors, with_tensors
from plugins.torch_backend.arrays import to_tensor

#: Number of steps of one shape before one is recorded: libraries choose kernels in these steps.
FIRST_STEPS = 3
#: Maximum number of graphs of a run; each keeps the memory of its step.
MAX_GRAPHS = 16


@dataclass(frozen=True)
class Conditions:
    """What decides whether a step is recorded.

    Attributes:
        is_wanted: whether the run asks for graphs.
        is_deterministic: whether the run must give the same bytes, also after an interruption,
            when other steps are recorded than before.
        steps: number of steps of this shape so far.
        graphs: number of graphs so far.
        host_use: what the steps so far used of the host, in words; empty: nothing.
        failure: the error of an earlier recording; empty: none.
    """

    is_wanted: bool = True
    is_deterministic: bool = False
    steps: int = FIRST_STEPS
    graphs: int = 0
    host_use: str = ""
    failure: str = ""


def refusal(conditions: Conditions) -> str:
    """Return why a step is not recorded; empty if it is."""
    if not conditions.is_wanted:
        return "`--no-graphs` was given"
    if conditions.is_deterministic:
        return "with `--deterministic` all steps are taken in the same way"
    if conditions.host_use:
        return f"a step uses {conditions.host_use}"
    if conditions.failure:
        return f"a step could not be recorded: {conditions.failure}"
    if conditions.steps < FIRST_STEPS:
        return f"the first {FIRST_STEPS} steps of a shape are taken one by one"
    if conditions.graphs >= MAX_GRAPHS:
        return f"there are more than {MAX_GRAPHS} shapes"
    return ""


class Recorder(Protocol):
    """Records launches of kernels."""

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Return a function that repeats what `step` launches, on the same memory.

        `step` itself may compute nothing during the recording: a replay follows.
        """


class CudaGraphs:
    """Records steps as CUDA graphs.

    Args:
        generator: draws the masks of the steps on the device, new ones in each replay.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Return the replay of a graph.

        Raises:
            RuntimeError: an operation cannot be part of a graph.
        """
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        torch.cuda.synchronize()
        with torch.cuda.graph(graph):
            step()
        replay: Callable[[], None] = graph.replay
        return replay


@dataclass
class _Recorded:
    """A recorded step with the memory that it reads and writes."""

    batch: Batch
    state: Any
    replay: Callable[[], None] = field(init=False)
    loss: Tensor = field(init=False)
    gradients: Mapping[str, Tensor] = field(init=False)
    state_after: Any = field(init=False)


class RepeatedStep:
    """A step that is recorded for each shape of its batches, and replayed.

    Args:
        step: computes loss and gradients of `model`.
        model: the model to train; it may carry a `state` from batch to batch.
        recorder: see `Recorder`.
        start: the conditions of the run; the others are counted.
        device: the type of the device whose values must not be read in a step; None: its
            operations are not watched.

    Attributes:
        replayed: number of replayed steps.
        alone: reason -> number of the other steps.
    """

    def __init__(
        self,
        step: GradientStep,
        model: Model,
        recorder: Recorder,
        *,
        start: Conditions = Conditions(),
        device: str | None = "cuda",
    ) -> None:
        self._step, self._model, self._recorder = step, model, recorder
        self._start, self._device = start, device
        self._recorded: dict[Any, _Recorded] = {}
        self._steps: Counter[Any] = Counter()
        self._host_use = self._failure = ""
        self.replayed = 0
        self.alone: Counter[str] = Counter()

    def __call__(self, batch: Batch) -> tuple[Any, Mapping[str, Any]]:
        """Return loss and gradients of `batch`, see `GradientStep`."""
        batch = _on_device(batch)
        key = self._key(batch)
        if key not in self._recorded:
            if reason := refusal(self._conditions(key)):
                return self._alone(key, batch, reason)
            self._record(key, batch)
        if key not in self._recorded:
            return self._alone(key, batch, refusal(self._conditions(key)))
        return self._replay(self._recorded[key], batch)

    def _key(self, batch: Batch) -> Any:
        """Return what has to be equal in all replays of a graph."""
        tensors = [*batch.inputs, batch.targets]
        if batch.continues:
            tensors += state_tensors(self._model.state)  # type: ignore[attr-defined]
        shapes = tuple((tuple(tensor.shape), tensor.dtype) for tensor in tensors)
        return shapes, batch.terms, batch.continues, self._model.training

    def _conditions(self, key: Any) -> Conditions:
        return replace(
            self._start,
            steps=self._steps[key],
            graphs=len(self._recorded),
            host_use=self._host_use,
            failure=self._failure,
        )

    def _alone(self, key: Any, batch: Batch, reason: str) -> tuple[Any, Mapping[str, Any]]:
        self._steps[key] += 1
        self.alone[reason] += 1
        if self._host_use or refusal(self._start):
            return self._step(batch)
        with watching_the_host(self._device) as host_use:
            result = self._step(batch)
        self._host_use = host_use.described()
        return result

    def _record(self, key: Any, batch: Batch) -> None:
        before = getattr(self._model, "state", None)
        recorded = _Recorded(
            replace(
                batch,
                inputs=tuple(tensor.clone() for tensor in batch.inputs),
                targets=batch.targets.clone(),
            ),
            with_tensors(before, Tensor.clone) if batch.continues else None,
        )

        def step() -> None:
            if batch.continues:
                self._model.state = recorded.state  # type: ignore[attr-defined]
            recorded.loss, recorded.gradients = self._step(recorded.batch)
            recorded.state_after = getattr(self._model, "state", None)

        try:
            recorded.replay = self._recorder.record(step)
        except RuntimeError as error:
            self._failure = str(error).partition("\n")[0]
        else:
            self._recorded[key] = recorded
        if batch.continues is not None:
            self._model.state = before  # type: ignore[attr-defined]

    def _replay(self, recorded: _Recorded, batch: Batch) -> tuple[Tensor, Mapping[str, Tensor]]:
        targets = [*recorded.batch.inputs, recorded.batch.targets]
        sources = [*batch.inputs, batch.targets]
        if batch.continues:
            targets += state_tensors(recorded.state)
            sources += state_tensors(self._model.state)  # type: ignore[attr-defined]
        for target, source in zip(targets, sources, strict=True):
            target.copy_(source)
        recorded.replay()
        self.replayed += 1
        if batch.continues is not None:
            self._model.state = recorded.state_after  # type: ignore[attr-defined]
        return recorded.loss.clone(), recorded.gradients

    def notes(self) -> list[str]:
        """Return how many steps were replayed, and why the others were not."""
        alone = sum(self.alone.values())
        if not self.replayed + alone:
            return []
        shown = [f"{count:,} ({reason})" for reason, count in self.alone.most_common()]
        others = f"; one by one: {', '.join(shown)}" if shown else ""
        return [f"{self.replayed:,} of {self.replayed + alone:,} steps as CUDA graphs{others}"]


def _on_device(batch: Batch) -> Batch:
    """Return `batch` with tensors; unchanged if it was moved ahead."""
    if isinstance(batch.targets, Tensor):
        return batch
    inputs = tuple(to_tensor(array) for array in batch.inputs)
    return replace(batch, inputs=inputs, targets=to_tensor(batch.targets))
