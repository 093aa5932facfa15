"""Torch tensors as the arrays of a backend, and their device.

This file stands alone: a sandbox gets it without the rest of the backend, so it imports torch,
numpy and `framework` and nothing else.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from framework.arrays import Array, Arrays, Pullback, Table, check_ids
from framework.errors import BadInputError

#: Name of the current device.
_device = ContextVar("device", default="cpu")


#: What is called with each use of values of the host, in words.
_noted = ContextVar[Callable[[str], object]]("noted", default=bool)


@contextmanager
def noting_host_use(note: Callable[[str], object]) -> Iterator[None]:
    """Call `note` in the block with each use of values of the host."""
    token = _noted.set(note)
    try:
        yield
    finally:
        _noted.reset(token)


def _note(use: str) -> None:
    _noted.get()(use)


def current_device() -> torch.device:
    """Return the device of new models and tensors: the CPU before `use_device` is called."""
    return torch.device(_device.get())


def use_device(name: str) -> torch.device:
    """Use the device `name` for new models and tensors: ``cpu``, ``cuda`` or ``cuda:1``.

    Raises:
        BadInputError: there is no such device here.
    """
    device = _checked_device(name)
    if device.type == "cuda":
        _begin(str(device))
    _device.set(str(device))
    return device


@cache
def _begin(device: str) -> None:
    """Let the thread that computes gradients begin to use a GPU: its first product would warn."""
    x = torch.ones(1, 1, device=device, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (x @ x).backward()  # type: ignore[no-untyped-call]  # torch's


class TorchArrays(Arrays):
    """Tensors on one device; its constructor sets the device of all models built later.

    Args:
        device: ``cpu``, ``cuda`` or ``cuda:1``.

    Raises:
        BadInputError: there is no such device here.
    """

    namespace = torch

    def __init__(self, device: str = "cpu") -> None:
        self.device = use_device(device)

    def use_full_precision(self) -> None:
        """Use no TF32, whose products have 11 bits: recurrent layers on a GPU would."""
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False

    def from_numpy(self, array: Array) -> Tensor:
        """Return a tensor of the same dtype, shape and values; never shares memory with `array`.

        Raises:
            BadInputError: torch has no such dtype.
        """
        return _from_numpy(array, self.device)

    def to_numpy(self, native: Tensor) -> Array:
        """Return a NumPy copy of `native` in C order, from any device, with or without a graph.

        Raises:
            BadInputError: NumPy has no such array: bfloat16, sparse, meta ...
        """
        try:
            plain = native.detach().cpu().resolve_conj().resolve_neg().numpy()
        except (TypeError, RuntimeError, NotImplementedError) as error:
            raise BadInputError(
                f"a tensor of dtype {native.dtype}, layout {native.layout} on device "
                f"'{native.device}' has no NumPy form ({error}): hand over a dense one, "
                "as in `tensor.to(torch.float64)`"
            ) from error
        return np.array(plain, copy=True, order="C", subok=False)

    @torch.no_grad()
    def assign(self, natives: Table, name: str, array: Array) -> None:
        """Copy `array` into the tensor `name`, in place, also if it is the leaf of a graph."""
        natives[name].copy_(_from_numpy(array, natives[name].device))

    @torch.no_grad()
    def assign_rows(self, natives: Table, name: str, rows: Tensor, values: Tensor) -> None:
        """Set `rows` of the tensor `name`, in place."""
        natives[name][rows] = values

    def is_native(self, value: object) -> bool:
        """Return whether `value` is a tensor."""
        return isinstance(value, Tensor)

    def asarray(self, value: Any) -> Tensor:
        """Return `value` as a tensor on this device; itself if it is one already."""
        return to_tensor(value).to(self.device)

    def zeros_like(self, native: Tensor) -> Tensor:
        """Return zeros in the shape, dtype and strides of `native`, without a graph."""
        return torch.zeros_like(native)

    def rows(self, native: Tensor, ids: Tensor) -> Tensor:
        """Return the rows `ids` of `native`; see `checked_ids`."""
        return functional.embedding(checked_ids(ids, len(native)), native)

    def check_ids(self, ids: Tensor, size: int) -> None:
        """Check ids, on a GPU those that came from the host."""
        checked_ids(ids, size)

    def words(self, ids: Any) -> Tensor:
        """Return where `ids` are not 0; the values on the host are kept."""
        ids = self.asarray(ids)
        return derived(ids != 0, ids, lambda values: values != 0)

    def column(self, ids: Any) -> Tensor:
        """Return one id of each text as texts of one word; the values on the host are kept."""
        ids = self.asarray(ids)
        return derived(ids[:, None], ids, lambda values: values[:, None])

    def flip(self, native: Any, axis: int) -> Tensor:
        """Return `native` in reverse order along `axis`; the values on the host are kept."""
        native = self.asarray(native)
        return derived(native.flip(axis), native, lambda values: np.flip(values, axis))

    @torch.no_grad()
    def add_rows(self, natives: Table, name: str, ids: Tensor, values: Tensor) -> None:
        """Add `values` to the rows `ids` of the tensor `name`, in place."""
        natives[name].index_add_(0, ids.flatten().long(), values.flatten(0, -2))

    @torch.no_grad()
    def fill_zero(self, natives: Table) -> None:
        """Set every entry of each of `natives` to zero, in place and all at once."""
        if tensors := list(natives.values()):  # torch's operations on lists refuse empty ones
            torch._foreach_zero_(tensors)

    @torch.no_grad()
    def scale(self, natives: Table, factor: float = 1, clip: float | None = None) -> None:
        """Multiply all tensors by `factor`, and limit their global norm, without a host read.

        A norm that is not finite leaves entries that are not finite: the next loss shows them.
        """
        tensors = list(natives.values())
        if clip is not None and tensors:
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(tensors)))
            torch._foreach_mul_(tensors, factor * (clip / (factor * norm)).clamp(max=1.0))
        elif factor != 1 and tensors:
            torch._foreach_mul_(tensors, factor)

    @torch.no_grad()
    def add_multiple(self, natives: Table, others: Mapping[str, Tensor], factor: float) -> None:
        """Add `factor` times each tensor in `others` to that of the same name, all at once."""
        if others:  # torch's operations on lists refuse empty ones
            table = dict(natives.items())
            tensors = [table[name] for name in others]
            torch._foreach_add_(tensors, list(others.values()), alpha=factor)

    def pullback(
        self, function: Callable[..., Any], parameters: Mapping[str, Tensor], inputs: Sequence[Any]
    ) -> tuple[Any, Pullback]:
        """Compute ``function(parameters, *inputs)`` with a graph, which the pullback keeps.

        Torch refuses the pullback after an input, the output or a parameter was changed in place:
        the gradient would belong to no call.
        """
        leaves = {name: _leaf(value) for name, value in parameters.items()}
        starts = [_leaf(value) if value.is_floating_point() else value for value in inputs]
        with torch.enable_grad():
            value = function(leaves, *starts)
        output, *others = value if isinstance(value, tuple) else (value,)
        real = [start for start in starts if start.requires_grad]
        wanted = [*real, *leaves.values()]

        def back(grad_output: Tensor) -> tuple[dict[str, Tensor], Sequence[Tensor | None]]:
            # The graph is kept, because a second call must return the same.
            gradients = torch.autograd.grad(
                output, wanted, grad_output, retain_graph=True, materialize_grads=True
            )
            of_inputs: Sequence[Tensor | None] = gradients[: len(real)]
            if len(real) < len(starts):
                each = iter(of_inputs)
                of_inputs = [next(each) if start.requires_grad else None for start in starts]
            return dict(zip(leaves, gradients[len(real) :], strict=True)), of_inputs

        if others:
            return tuple(tensor.detach() for tensor in (output, *others)), back
        return output.detach(), back

    def astype(self, native: Tensor, dtype: npt.DTypeLike | torch.dtype) -> Tensor:
        """Return `native` in `dtype`: one of torch, NumPy's, or its name (``"float32"``)."""
        return native.to(to_dtype(dtype))

    def generator(self, seed: int | Sequence[int]) -> DeviceGenerator:
        """Return a `DeviceGenerator`."""
        return DeviceGenerator(seed, self.device)

    def generator_state(self, generator: np.random.Generator) -> dict[str, Any]:
        """Return both states of a `DeviceGenerator`."""
        state = super().generator_state(generator)
        if isinstance(generator, DeviceGenerator):
            state[self.device.type] = generator.on_device.get_state().numpy().tobytes().hex()
        return state

    def restore_generator(self, generator: np.random.Generator, state: Mapping[str, Any]) -> None:
        """Restore both states of a `DeviceGenerator`.

        Raises:
            BadInputError: the state is that of a generator on another kind of device.
        """
        super().restore_generator(generator, state)
        if isinstance(generator, DeviceGenerator):
            kind = self.device.type
            if kind not in state:
                raise BadInputError(
                    f"random numbers cannot go on with '{kind}': their generator was not on such "
                    "a device. Resume with the same `--backend` and `--device`"
                )
            on_device = torch.frombuffer(bytearray.fromhex(state[kind]), dtype=torch.uint8)
            generator.on_device.set_state(on_device)


class DeviceGenerator(np.random.Generator):
    """A generator of NumPy and a generator of a device, from which `uniforms` draws.

    Args:
        seed: the seed of both.
        device: the device on which masks are drawn.
    """

    def __init__(self, seed: int | Sequence[int], device: torch.device) -> None:
        super().__init__(np.random.PCG64(seed))
        self.on_device = torch.Generator(device)
        self.on_device.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))


def uniforms(shape: Sequence[int], device: torch.device, *, rng: np.random.Generator) -> Tensor:
    """Return numbers from [0, 1), drawn on the device by a `DeviceGenerator`, else by NumPy."""
    if isinstance(rng, DeviceGenerator):
        return torch.rand(tuple(shape), generator=rng.on_device, device=device)
    _note("masks that are drawn on the host")
    return torch.from_numpy(rng.random(tuple(shape))).to(device)


def _leaf(value: Tensor) -> Tensor:
    """Return the same memory as the start of a new graph."""
    return value.detach().requires_grad_()


def to_tensor(value: Any) -> Tensor:
    """Return `value` if it is a tensor, else a tensor of it (an array, a list, a number)."""
    if isinstance(value, Tensor):
        return value
    return _from_numpy(np.asarray(value), current_device())


#: Attribute of a tensor with its version and its values on the host.
_ON_HOST = "values_on_host"


def remember_on_host(tensor: Tensor, values: Array) -> Tensor:
    """Keep the `values` of `tensor` for `host_values`, and return `tensor`."""
    setattr(tensor, _ON_HOST, (tensor._version, values))
    return tensor


def derived(tensor: Tensor, source: Tensor, function: Callable[[Array], Array]) -> Tensor:
    """Keep function(values of `source`) for `tensor`, if those of `source` are kept."""
    values = _remembered(source)
    return tensor if values is None else remember_on_host(tensor, function(values))


def host_values(tensor: Tensor) -> Array:
    """Return the values of `tensor`, which must not be changed.

    Values that did not come from the host are read from the device, and the host waits for them.
    """
    _note("the lengths of texts")
    values = _remembered(tensor)
    return tensor.detach().cpu().numpy() if values is None else values


def _remembered(tensor: Tensor) -> Array | None:
    """Return the kept values, unless the tensor was changed in place since then."""
    version, values = getattr(tensor, _ON_HOST, (None, None))
    return values if version == tensor._version else None


def checked_ids(value: Any, size: int) -> Tensor:
    """Return `value` as int64 ids of the rows of a table of `size` rows.

    On a GPU, ids that came from the host are checked there. To read others, which the device has
    computed, would wait for all earlier computations: they are not checked.

    Raises:
        IndexError: the ids are no integers, or one is not in 0 ... size − 1.
    """
    ids = to_tensor(value)
    if ids.is_floating_point() and ids.numel():
        raise IndexError(f"ids must be integers, but these are {ids.dtype}")
    whole = derived(ids.long(), ids, lambda values: values)
    known = ids if ids.device.type == "cpu" else _remembered(ids)
    if known is not None and ids.numel():
        check_ids(known, size)
    return whole


def to_dtype(dtype: npt.DTypeLike | torch.dtype) -> torch.dtype:
    """Return the torch dtype of the same name as NumPy's: ``"float32"`` -> ``torch.float32``."""
    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype == "bfloat16":  # NumPy has no such dtype
        return torch.bfloat16
    return _from_numpy(np.empty(0, dtype), torch.device("cpu")).dtype


def _from_numpy(array: Array, device: torch.device) -> Tensor:
    # A copy in C order and native bytes: torch takes no negative strides and no other byte order.
    plain = np.array(array, dtype=array.dtype.newbyteorder("="), copy=True, order="C", subok=False)
    try:
        return _with_values(torch.from_numpy(plain).to(device), plain)
    except TypeError as error:
        raise BadInputError(f"torch has no dtype like NumPy's '{array.dtype}'") from error


def _with_values(tensor: Tensor, array: Array) -> Tensor:
    """Keep the values of ids and masks, from which the lengths of texts follow."""
    return remember_on_host(tensor, array) if array.dtype.kind in "biu" else tensor


def _devices() -> str:
    """Return the names of the devices that are there."""
    return ", ".join(["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))])


def _checked_device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise BadInputError(f"no device '{name}': use `--device cpu` or `--device cuda`") from error
    if device.type not in ("cpu", "cuda"):
        raise BadInputError(f"device '{name}' is not supported: use `--device cpu|cuda`")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise BadInputError(
            f"no device '{name}': torch {torch.__version__} sees only {_devices()}. Check the "
            "driver with `nvidia-smi`, install a CUDA build of torch "
            "(https://pytorch.org/get-started/locally), or use `--device cpu`"
        )
    return device
