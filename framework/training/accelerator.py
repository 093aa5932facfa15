"""Faster, smaller or reproducible computations in training, as far as a backend offers them.

A backend offers a subclass as the implementation ``accelerator`` of the kind ``accelerator``.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import ClassVar

import numpy as np

from framework.errors import UsageError
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.loops import Batch, GradientStep
from framework.training.training_options import LearningOptions


class Accelerator:
    """The accelerator of a backend that offers none: everything is computed as it is written.

    Args:
        backend: computes.
        options: of the run.

    Attributes:
        offers: what this backend offers of ``bfloat16``, ``compile`` and ``deterministic``.
    """

    offers: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, backend: Backend, options: LearningOptions) -> None:
        self.backend, self.options = backend, options
        wanted = {
            "bfloat16": (options.precision == "bfloat16", "`--precision bfloat16`"),
            "compile": (options.compile, "`--compile`"),
            "deterministic": (options.deterministic, "`--deterministic`"),
        }
        for name, (is_wanted, written) in wanted.items():
            if is_wanted and name not in self.offers:
                raise UsageError(
                    f"the backend '{backend.name}' does not offer {written}: leave it out, or use "
                    "`--backend torch`"
                )

    def low_precision(self, model: Model, computing: Model) -> Model:
        """Return a model that computes in `options.precision` for the float32 weights of `model`.

        Args:
            model: the model to train, in float32.
            computing: an equal model, which may be changed.
        """
        raise NotImplementedError

    def compile(self, model: Model) -> None:
        """Compile the computations of `model` that gain by it.

        Raises:
            UsageError: nothing can be compiled here.
        """
        raise NotImplementedError

    def moved_ahead(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Yield `batches`; one that is yielded may be on the device already."""
        return batches

    def repeated(self, step: GradientStep, model: Model, rng: np.random.Generator) -> GradientStep:
        """Return a function that does what `step` does, with fewer launches for equal shapes.

        Args:
            step: computes loss and gradients of `model`.
            model: the model to train.
            rng: the generator of its masks.
        """
        return step

    def notes(self) -> list[str]:
        """Return lines about the steps of the run so far."""
        return []

    def device_name(self) -> str:
        """Return the name of the device that computes."""
        return processor_name()

    def computing(self) -> AbstractContextManager[None]:
        """Return the context of all computations of a run."""
        return nullcontext()


def processor_name(file: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, as the system knows it."""
    match = None
    if file.is_file():
        match = re.search(r"^model name\s*:\s*(.+?)\s*$", file.read_text("utf-8"), re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def accelerator_of(backend: Backend, options: LearningOptions) -> Accelerator:
    """Return the accelerator of `backend`.

    Raises:
        UsageError: `backend` does not offer what `options` ask for.
    """
    offered = next((offer for offer in backend.implementations("accelerator")), None)
    cls: type[Accelerator] = Accelerator if offered is None else backend.load(offered)
    return cls(backend, options)
