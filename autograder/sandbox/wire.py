"""What crosses between grader and worker: bounded, plain values, never pickles.

A frame is two lengths, a *structure* and its *blobs*:

    +-------------------+---------------+-----------+---------------------------+
    | structure length  | blobs length  | structure | raw bytes of all arrays   |
    | uint32            | uint32        | msgpack   | one after the other       |
    +-------------------+---------------+-----------+---------------------------+

Arrays are described in the structure and their bytes stand in the blobs, in the order of the
descriptions, so that a reply cannot name one blob twice and the memory a frame needs is bounded by
its length. A description is the name of a known dtype in four bytes and one uint64 for each axis.
Subclasses do not survive: what arrives is None, bool, int, float, str, bytes, list, tuple, dict, a
plain `numpy.ndarray` of numbers, a `Handle` or a `CallbackRef`.

Values are trees. The leaves of a tree are all values that are no dict, list or tuple. A path is a
tuple of dict keys and list indices, which lead from the whole value to a leaf.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

HEADER = struct.Struct("!II")
MAX_STRUCTURE = 2 << 20
MAX_BLOBS = 256 << 20
#: Maximum nesting of lists, tuples and dicts.
MAX_DEPTH = 24
#: Maximum number of such keys in a frame: numbers can be chosen to collide, salted text cannot.
MAX_UNSALTED_KEYS = 4096
MAX_INTEGER_BYTES = 64
#: First size of a buffer: it grows. By default msgpack takes fresh pages from the system each time.
_BUFFER = 4096

_ARRAY, _TUPLE, _HANDLE, _RESULT, _GENERATOR, _INTEGER, _COMPLEX, _CALLBACK = range(1, 9)
#: Maximum number of axes of an array, which NumPy 1 has as well.
MAX_AXES = 32
#: Name -> dtype, little-endian. Any other name is refused unread: NumPy would parse, and build,
#: records of a million fields from a text. The dtype is that of the name, as NumPy makes it itself:
#: two types of C may be the same integers, and their scalars and texts differ.
_DTYPES = {
    name.encode().ljust(4, b"\0"): np.dtype(name)
    for name in (np.dtype(code).newbyteorder("<").str for code in "?bBhHiIqQefdgFD")
}
#: The same names of dtypes in either order of bytes.
_DTYPE_NAMES = {
    ordered: name for name, dtype in _DTYPES.items() for ordered in (dtype, dtype.newbyteorder(">"))
}
#: What is raised by text that is no Unicode, a key without a hash, or a value that is nested in
#: itself.
_REFUSALS = (ValueError, OverflowError, RecursionError, TypeError)
_PLAIN: tuple[Any, ...] = (str, bytes, int, float, tuple, list, dict)
_CONTAINERS = (list, tuple, dict)
_TEXT = frozenset({str})


#: Dict keys and list indices.
Path = tuple[Any, ...]


class WireError(Exception):
    """A frame that breaks the rules above."""


@dataclass(frozen=True)
class Handle:
    """An object that stays with the worker; `type_name` is what it calls itself."""

    id: int
    type_name: str


@dataclass(frozen=True)
class CallbackRef:
    """An object that stays with the grader: the worker may call `methods`, read `attributes`."""

    id: int
    type_name: str
    methods: tuple[str, ...]
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """Within a request: the object that step `index` of the same request returned."""

    index: int


def encode(value: Any, foreign: Callable[[object], Any] | None = None) -> bytes:
    """Encode `value` as one frame; raises a `WireError` if it is too large, too deep, or not plain.

    `foreign` is called with every object that is not plain, and returns what to send instead.
    """
    _check_depth(value)
    encoder = _Encoder(foreign)
    structure = encoder.pack(value)
    blobs = sum(map(len, encoder.blobs))
    _check_lengths(len(structure), blobs)
    return b"".join((HEADER.pack(len(structure), blobs), structure, *encoder.blobs))


def frame_lengths(header: bytes) -> tuple[int, int]:
    """Lengths of structure and blobs, from the first `HEADER.size` bytes of a frame."""
    structure, blobs = HEADER.unpack(header)
    _check_lengths(structure, blobs)
    return structure, blobs


def decode_frame(frame: bytes | bytearray) -> Any:
    """Decode a frame; raises a `WireError` if its two parts are not as described above."""
    structure, _ = frame_lengths(bytes(frame[: HEADER.size]))
    view = memoryview(frame)[HEADER.size :]
    decoder = _Decoder(view[structure:])
    value = decoder.unpack(bytes(view[:structure]), depth=0)
    if decoder.position != len(view) - structure:
        raise WireError("blobs that no array describes")
    _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    """Raise an error if `value` is nested too deeply; both sides check."""
    level: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [
            item
            for box in level
            for item in (box.values() if type(box) is dict else box)
            if type(item) in _CONTAINERS
        ]
    if level:
        raise WireError("lists, tuples or dicts nested too deeply")


def _check_lengths(structure: int, blobs: int) -> None:
    if structure > MAX_STRUCTURE:
        raise WireError(f"more than {MAX_STRUCTURE >> 20} MiB of text, lists and numbers")
    if blobs > MAX_BLOBS:
        raise WireError(f"more than {MAX_BLOBS >> 20} MiB of arrays")


class _Encoder:
    def __init__(self, foreign: Callable[[object], Any] | None) -> None:
        self.blobs: list[bytes] = []
        self._foreign = foreign

    def pack(self, value: Any) -> bytes:
        try:
            packed: bytes = msgpack.packb(
                value, default=self._default, strict_types=True, buf_size=_BUFFER
            )
        except _REFUSALS as error:
            raise WireError(f"{error}") from None
        return packed

    def _default(self, value: Any) -> Any:
        kind = type(value)
        if kind is np.ndarray:
            return self._array(value)
        if kind is tuple:
            return msgpack.ExtType(_TUPLE, self.pack(list(value)))
        if isinstance(value, np.generic) and not isinstance(value, (str, bytes)):
            return self._array(np.asarray(value))
        if isinstance(value, np.ndarray):
            return self._array(np.array(value, copy=True, subok=False))
        return self._rare(value)

    def _rare(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return msgpack.ExtType(_HANDLE, self.pack([value.id, value.type_name]))
        if isinstance(value, CallbackRef):
            fields = [value.id, value.type_name, list(value.methods), list(value.attributes)]
            return msgpack.ExtType(_CALLBACK, self.pack(fields))
        if isinstance(value, Result):
            return msgpack.ExtType(_RESULT, self.pack(value.index))
        if isinstance(value, np.random.Generator):
            state = dict(value.bit_generator.state)
            if state["bit_generator"] != "PCG64":
                raise WireError(f"a {state['bit_generator']} generator")
            return msgpack.ExtType(_GENERATOR, self.pack(state))
        if type(value) is int:
            length = value.bit_length() // 8 + 1
            if length > MAX_INTEGER_BYTES:
                raise WireError(f"an integer of {length} bytes")
            return msgpack.ExtType(_INTEGER, value.to_bytes(length, "little", signed=True))
        if type(value) is complex:
            return msgpack.ExtType(_COMPLEX, self.pack([value.real, value.imag]))
        for plain in _PLAIN:
            if isinstance(value, plain):  # of a subclass; msgpack knows no tuple and long integer
                value = plain(value)
                is_long = type(value) is int and not -(1 << 63) <= value < 1 << 64
                return self._default(value) if is_long or type(value) is tuple else value
        if self._foreign is None:
            raise WireError(f"a {type(value).__name__}")
        stand_in = self._foreign(value)
        is_special = type(stand_in) in (Handle, CallbackRef, np.ndarray)
        return self._default(stand_in) if is_special else stand_in

    def _array(self, array: np.ndarray[Any, Any]) -> Any:
        name = _DTYPE_NAMES.get(array.dtype)
        if name is None:
            raise WireError(f"an array of dtype {array.dtype}")
        if array.ndim > MAX_AXES:
            raise WireError(f"an array of {array.ndim} axes")
        _check_lengths(0, array.nbytes)  # before it is copied
        self.blobs.append(array.astype(_DTYPES[name], copy=False).tobytes())
        return msgpack.ExtType(_ARRAY, struct.pack(f"<4s{array.ndim}Q", name, *array.shape))


class _Decoder:
    def __init__(self, blobs: memoryview) -> None:
        self.position = 0
        self._blobs = blobs
        self._depth = 0
        self._unsalted_keys = 0

    def unpack(self, data: bytes, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        outer, self._depth = self._depth, depth
        try:
            hooks = {"ext_hook": self._ext, "object_pairs_hook": self._dictionary}
            value = msgpack.unpackb(data, strict_map_key=False, timestamp=1, **hooks)
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"malformed: {type(error).__name__}") from None
        self._depth = outer
        return value

    def _ext(self, code: int, data: bytes) -> Any:
        if code == _INTEGER:
            if len(data) > MAX_INTEGER_BYTES:
                raise WireError("an integer that is too long")
            return int.from_bytes(data, "little", signed=True)
        if code == _ARRAY:
            return self._array(data)
        value = self.unpack(data, self._depth + 1)
        if code == _TUPLE:
            return tuple(_typed(value, list))
        return _small(code, value)

    def _dictionary(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        keys = [key for key, _ in pairs]
        if _TEXT.issuperset(map(type, keys)):  # as in almost every dict
            return dict(pairs)
        self._unsalted_keys += sum([type(key) is not str for key in keys])
        if self._unsalted_keys > MAX_UNSALTED_KEYS:
            raise WireError(f"dicts with more than {MAX_UNSALTED_KEYS} keys that are not text")
        return {  # a NumPy scalar arrives as an array without axes, which is no key
            key.item() if type(key) is np.ndarray and not key.ndim else key: value
            for key, value in pairs
        }

    def _array(self, data: bytes) -> np.ndarray[Any, Any]:
        dtype = _DTYPES.get(data[:4])
        axes, rest = divmod(len(data) - 4, 8)
        if dtype is None or rest or axes > MAX_AXES:
            raise WireError("an array of no known form")
        shape = struct.unpack_from(f"<{axes}Q", data, 4)
        start, size = self.position, math.prod(shape) * dtype.itemsize
        if size > len(self._blobs) - start:
            raise WireError("an array longer than its bytes")
        self.position += size
        return np.ndarray(shape, dtype, self._blobs, start).copy()


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise WireError(f"a {type(value).__name__} where a {kind.__name__} belongs")
    return value


def _fields(value: Any, *kinds: type) -> list[Any]:
    """Return the fields of a description; lists are of names."""
    if type(value) is not list or len(value) != len(kinds):
        raise WireError("a description with the wrong fields")
    fields = [_typed(field, kind) for field, kind in zip(value, kinds, strict=True)]
    return [tuple(_typed(name, str) for name in x) if type(x) is list else x for x in fields]


def _small(code: int, value: Any) -> Any:
    if code == _HANDLE:
        return Handle(*_fields(value, int, str))
    if code == _CALLBACK:
        return CallbackRef(*_fields(value, int, str, list, list))
    if code == _RESULT:
        return Result(_typed(value, int))
    if code == _COMPLEX:
        return complex(*_fields(value, float, float))
    if code == _GENERATOR:
        bits = np.random.PCG64(0)
        bits.state = _typed(value, dict)
        return np.random.Generator(bits)
    raise WireError(f"an unknown kind of value ({code})")


def leaves(value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield each leaf of `value` with its path, in order.

    >>> list(leaves({"W": 1.0, "states": (2.0, [3.0])}))
    [(('W',), 1.0), (('states', 0), 2.0), (('states', 1, 0), 3.0)]
    """
    if not isinstance(value, (dict, list, tuple)):
        yield (), value
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        for path, leaf in leaves(item):
            yield (key, *path), leaf


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """Return `value` with ``function(leaf)`` in place of each leaf; the containers are new.

    >>> map_leaves(abs, {"W": -1.0, "states": (-2.0, [3.0])})
    {'W': 1.0, 'states': (2.0, [3.0])}
    """
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [map_leaves(function, item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return function(value)


def zip_leaves(first: Any, second: Any, *, strict: bool = False) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the pairs of leaves that have the same path in both values, with this path.

    A list and a tuple may stand for each other. Where a leaf stands opposite a container, the two
    are yielded as they are.

    Args:
        strict: also yield two containers as they are, if they differ in length or in keys. By
            default, items and keys that only one of them has are left out.

    >>> list(zip_leaves({"W": 1.0, "b": [2.0]}, {"W": 3.0, "b": 4.0}))
    [(('W',), 1.0, 3.0), (('b',), [2.0], 4.0)]
    """
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [key for key in first if key in second]
        is_whole = len(keys) == len(first) == len(second)
    elif isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        keys = list(range(min(len(first), len(second))))
        is_whole = len(first) == len(second)
    else:
        yield (), first, second
        return
    if strict and not is_whole:
        yield (), first, second
        return
    for key in keys:
        for path, leaf, counterpart in zip_leaves(first[key], second[key], strict=strict):
            yield (key, *path), leaf, counterpart


def same_form(first: Any, second: Any) -> bool:
    """Return whether two values have equal containers, of the same types, around their leaves."""
    forms = (map_leaves(lambda leaf: None, value) for value in (first, second))
    return bool(next(forms) == next(forms))


def same_bytes(first: Any, second: Any) -> bool:
    """Return whether two values are equal to the last bit; all objects of a worker are equal."""
    an_object = Handle(0, "")
    frames = [
        encode(map_leaves(lambda leaf: an_object if isinstance(leaf, Handle) else leaf, value))
        for value in (first, second)
    ]
    return frames[0] == frames[1]


def named_arrays(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every array among the arguments, and one level inside them, with its name."""
    named = [(f"argument {i}", value) for i, value in enumerate(args, start=1)]
    named += [(f"argument {key}", value) for key, value in kwargs.items()]
    for where, value in named:
        if is_array(value):
            yield where, value
        elif type(value) is dict:
            yield from ((f"{where}['{k}']", v) for k, v in value.items() if is_array(v))
        elif type(value) in (list, tuple):
            yield from ((f"{where}[{i}]", v) for i, v in enumerate(value) if is_array(v))


def is_array(value: Any) -> bool:
    """Return whether `value` is an array, of whatever library."""
    return hasattr(value, "dtype") and hasattr(value, "shape")
