"""A model of the torch backend, and a plain `torch.nn` program: one training step of each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from framework.errors import GradusError
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.accelerator import accelerator_of
from framework.training.loops import Batch, LossLearner
from framework.training.training_options import LearningOptions
from plugins.torch_backend.acceleration.low_precision import available_in_bfloat16

#: A training step, which returns the mean loss before it.
Step = Callable[[], Any]

#: The largest difference of equal programs in float64, as a part of the largest number.
TOLERANCE = 1e-8

_OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "ada_delta": lambda parameters, lr, foreach: torch.optim.Adadelta(
        parameters, lr=lr, rho=0.95, eps=1e-6, foreach=foreach
    ),
}


class NotComparable(GradusError):
    """Two programs do not compute the same, so that their times say nothing."""


class Pair(ABC):
    """One model written twice, with the same sizes, data and optimizer.

    Args:
        backend: the backend `torch` on the device of the measurement.
        is_random: whether dropout is on; equal programs are compared without it.

    Attributes:
        unit: what is counted in a second.
        optimizer, rate, clip, summed: the options of training of both programs.
        is_same_model: whether both compute the same. If not, their speeds alone are compared.
        units: the number of units in a step.
        warm, steps_in_round: see `plugins.bench.measures.Limits`.
        counts_launches: whether memory and launches of a step are measured.
        rng: draws the masks of our model, on the device: a recorded step draws new ones.
    """

    unit: ClassVar[str] = "tokens"
    optimizer: ClassVar[str] = "sgd"
    rate: ClassVar[float] = 0.1
    summed: ClassVar[bool] = False
    is_same_model: ClassVar[bool] = True
    warm: ClassVar[int] = 4
    steps_in_round: ClassVar[int | None] = None
    counts_launches: ClassVar[bool] = True
    clip: float | None = None
    units: float

    def __init__(self, backend: Backend, *, is_random: bool = True) -> None:
        self.backend, self.is_random = backend, is_random
        self.rng = backend.arrays.generator(0)

    @classmethod  # noqa: B027  # most pairs need torch alone
    def check_available(cls) -> None:
        """Check that what both programs need is installed.

        Raises:
            UsageError: something is missing.
        """

    def scores(self) -> dict[str, dict[str, float]]:
        """Return how good each program's result is, by the name of the program and the score."""
        return {}

    @abstractmethod
    def our_model(self) -> Model:
        """Build the model of this backend."""

    @abstractmethod
    def plain_model(self) -> nn.Module:
        """Build the plain program's model."""

    @abstractmethod
    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the parameters of our model under the names and in the shapes of the plain one."""

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Yield the batches of training without end."""

    def plain_loss(self, model: nn.Module, inputs: tuple[Tensor, ...], targets: Tensor) -> Tensor:
        """Return the mean loss of the plain model."""
        logits = model(*inputs)
        return nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten())

    def constrain(self, model: nn.Module) -> None:  # noqa: B027  # most models have no limit
        """Limit the weights of the plain model after a step, as ours does."""

    def plain_step(self, model: nn.Module, precision: str, *, foreach: bool) -> Step:
        """Return the training step that a user of torch would write."""
        device = self.backend.device
        model.to(device, master(precision))
        learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = _OPTIMIZERS[self.optimizer](learned, lr=self.rate, foreach=foreach)
        batches = self.batches()

        def step() -> Tensor:
            batch = next(batches)
            inputs = tuple(torch.from_numpy(array).to(device) for array in batch.inputs)
            targets = torch.from_numpy(batch.targets).to(device)
            optimizer.zero_grad()
            with computing_in(precision, device):
                loss = self.plain_loss(model, inputs, targets)
            (loss * batch.terms if self.summed else loss).backward()  # type: ignore[no-untyped-call]  # torch's
            if self.clip is not None:
                nn.utils.clip_grad_norm_(learned, self.clip, foreach=foreach)
            optimizer.step()
            self.constrain(model)
            return loss.detach()

        return step

    def our_step(self, model: Model, precision: str) -> Step:
        """Return the training step of `gradus train`."""
        backend, model = self.backend, self.in_precision(model, precision)
        options = LearningOptions(optimizer=self.optimizer, learning_rate=self.rate)
        accelerator = accelerator_of(backend, options)
        learner = LossLearner(
            model,
            backend.build("softmax_cross_entropy", kind="loss"),
            backend.build(self.optimizer, kind="optimizer", learning_rate=self.rate),
            backend.arrays,
            clip=self.clip,
            summed=self.summed,
        )
        learner.gradient_step = accelerator.repeated(learner.gradient_step, model, self.rng)
        batches = accelerator.moved_ahead(self.batches())
        return lambda: learner.step(next(batches))

    def in_precision(self, model: Model, precision: str) -> Model:
        """Return `model` in `precision`; bfloat16 has float32 weights, as in `gradus train`."""
        if precision != "bfloat16":
            return model.astype(precision)
        model.astype("float32")
        accelerator = accelerator_of(self.backend, LearningOptions())
        return accelerator.low_precision(model, self.our_model())

    def check(self) -> None:
        """Compare loss and parameters of both programs after one step in float64.

        Raises:
            NotComparable: they differ.
        """
        ours, plain = self.our_model(), self.plain_model()
        ours.astype("float64")
        plain.double().load_state_dict(self.plain_weights(ours.parameters), strict=False)
        losses = [
            float(self.our_step(ours, "float64")()),
            float(self.plain_step(plain, "float64", foreach=False)()),
        ]
        _compare("loss", torch.tensor(losses[0]), torch.tensor(losses[1]))
        weights = dict(plain.named_parameters())
        for name, value in self.plain_weights(ours.parameters).items():
            _compare(name, value, weights[name].detach())

    def steps(self, precision: str) -> dict[str, Step]:
        """Return the steps by the names of their programs, with equal first weights."""
        steps = {"ours": self.our_step(ours := self.our_model(), precision)}
        for name, foreach in (("torch.nn", False), ("torch.nn, foreach", True)):
            plain = self.plain_model()
            plain.load_state_dict(self.plain_weights(ours.parameters), strict=False)
            steps[name] = self.plain_step(plain, precision, foreach=foreach)
        return steps


def master(precision: str) -> torch.dtype:
    """Return the number type of the weights."""
    dtype: torch.dtype = torch.float32 if precision == "bfloat16" else getattr(torch, precision)
    return dtype


@contextmanager
def computing_in(precision: str, device: str) -> Iterator[None]:
    """Run a plain program in the block: with bfloat16, with torch's automatic conversions.

    Raises:
        UsageError: an operation of the program does not exist in bfloat16 on this processor.
    """
    if precision != "bfloat16":
        yield
        return
    automatic = torch.autocast(torch.device(device).type, torch.bfloat16)
    with available_in_bfloat16("the plain program"), automatic:
        yield


def _compare(name: str, ours: Tensor, plain: Tensor) -> None:
    scale = max(float(plain.abs().max()), 1e-3)
    difference = float((ours - plain).abs().max()) / scale
    if not difference <= TOLERANCE:
        raise NotComparable(
            f"the two programs do not compute the same: after one step '{name}' differs by "
            f"{difference:.1e} of its size, and at most {TOLERANCE:.0e} was expected. Their times "
            "are not comparable, and none was taken"
        )


def repeated(batches: list[Batch]) -> Iterator[Batch]:
    """Yield `batches` again and again."""
    while True:
        yield from batches
