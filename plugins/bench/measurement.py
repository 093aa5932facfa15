"""The measurement of cases: builds both programs, compares them, and times them in turn."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from framework.errors import GradusError
from framework.importing import load_target
from framework.providers.backends import Backend
from framework.providers.device_errors import explained_device_errors
from plugins.bench.catalogue import Case
from plugins.bench.measures import Limits, measured_use, timed_rounds
from plugins.bench.pair import Pair
from plugins.bench.result import Result


def pair_of(case: Case, backend: Backend, *, is_tiny: bool, is_random: bool) -> Pair:
    """Return the two programs of `case`."""
    cls: type[Pair] = load_target(case.target)
    sizes = case.sizes_on(backend.device, is_tiny=is_tiny)
    return cls(backend, **sizes, is_random=is_random)


def measured(
    case: Case,
    backend: Backend,
    *,
    precision: str,
    limits: Limits,
    is_tiny: bool = False,
    on_round: Callable[[float], object] = lambda share: None,
) -> Result:
    """Return speeds and use of the programs of `case`.

    Raises:
        NotComparable: they do not compute the same.
        UsageError: one of them cannot be computed on this device, or in this precision here.
    """
    with _errors_about(case):
        pair = pair_of(case, backend, is_tiny=is_tiny, is_random=True)
        if pair.is_same_model:
            check_equal(case, backend)
        steps = pair.steps(precision)
        limits = replace(limits, warm=pair.warm, steps=limits.steps or pair.steps_in_round)
        speeds = timed_rounds(steps, backend.device, limits, on_round)
        counted = steps if pair.counts_launches else {}
        use = {name: measured_use(step, backend.device) for name, step in counted.items()}
        scores = pair.scores()
    return Result(
        case,
        case.sizes_on(backend.device, is_tiny=is_tiny),
        None if is_tiny else case.goal(backend.device),
        pair.unit,
        pair.units,
        speeds,
        use,
        pair.is_same_model,
        scores,
    )


@contextmanager
def _errors_about(case: Case) -> Iterator[None]:
    """Begin the message of each error in the block with the name of `case`."""
    try:
        with explained_device_errors():
            yield
    except GradusError as error:
        error.args = (f"{case.name}: {error}",)
        raise


def check_equal(case: Case, backend: Backend) -> None:
    """Compare one step of both programs, in small sizes and float64.

    Raises:
        NotComparable: they do not compute the same.
    """
    pair_of(case, backend, is_tiny=True, is_random=False).check()


def device_in_words(device: str) -> dict[str, Any]:
    """Return the name of the device, torch's version and its number of threads."""
    if device == "cuda":
        return {"device": torch.cuda.get_device_name(), "torch": torch.__version__}
    return {
        "device": processor_name(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def processor_name(file: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, or its architecture where the system does not tell."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"cpu ({next(named, platform.machine())})"
