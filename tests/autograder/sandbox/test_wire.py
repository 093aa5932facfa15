"""The wire: what is plain comes through unchanged, and nothing else; trees of values."""

import gc
import struct
import time
import tracemalloc
from collections import Counter, OrderedDict, namedtuple
from contextlib import suppress
from enum import IntEnum

import hypothesis.extra.numpy as hnp
import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import wire
from autograder.sandbox.wire import (
    Handle,
    Result,
    WireError,
    leaves,
    map_leaves,
    same_form,
    zip_leaves,
)

KINDS = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(sizes=(16, 32, 64), endianness="?"),
    hnp.complex_number_dtypes(sizes=(64, 128), endianness="?"),
)
ARRAYS = hnp.arrays(KINDS, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**500), 2**500),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.builds(Handle, st.integers(0, 2**70), st.text("RNNüЖ_9", max_size=5)),
    st.builds(Result, st.integers(0, 100)),
    ARRAYS,
)
KEYS = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none(), st.floats())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=8,
)


def through(value, foreign=None):
    return wire.decode_frame(wire.encode(value, foreign))


def exactly(dtype):
    """What tells apart two dtypes that are equal, as those of `int` and `long long` of C are."""
    return dtype.num, dtype.byteorder, dtype.metadata


def same(one, other):
    """Equal in value and in type, NaN and the sign of zero included."""
    if isinstance(one, np.ndarray):
        little = one.astype(one.dtype.newbyteorder("<"))
        return (
            type(other) is np.ndarray
            and exactly(other.dtype) == exactly(np.dtype(little.dtype.str))
            and other.shape == little.shape
            and other.tobytes() == little.tobytes()
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        keys = zip(map(repr, one), map(repr, other), strict=True)
        values = zip(one.values(), other.values(), strict=True)
        return all(a == b for a, b in keys) and all(same(a, b) for a, b in values)
    return repr(one) == repr(other)


def frame(structure, blobs=b""):
    return wire.HEADER.pack(len(structure), len(blobs)) + structure + blobs


def extension(code, *fields, raw=None):
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb(list(fields)) if raw is None else raw))


def array(dtype, *shape, raw=b""):
    name = dtype.encode().ljust(4, b"\0")
    return extension(1, raw=name + struct.pack(f"<{len(shape)}Q", *shape) + raw)


def array_frame(dtype, shape, blobs=b"", raw=b""):
    return frame(array(dtype, *shape, raw=raw), blobs)


@given(VALUES)
@settings(max_examples=150)
def test_plain_values_come_through_unchanged(value):
    assert same(value, through(value))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(4, 6)[::2, ::-3],
        np.asfortranarray(np.arange(12).reshape(3, 4)),
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.array(3.5),
        np.zeros((0, 3)),
        np.broadcast_to(np.float32(2), (2, 3)),
        np.arange(4, dtype=np.longdouble),
    ],
    ids=["strided", "fortran", "big-endian", "0-d", "empty", "broadcast", "long double"],
)
def test_arrays_in_any_memory_arrive_as_their_own_plain_copies(array):
    arrived = through(array)
    assert type(arrived) is np.ndarray
    assert arrived.flags.c_contiguous
    assert arrived.flags.writeable
    assert arrived.flags.owndata
    np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize("code", "?bBhHiIlLqQefdgFD")
@pytest.mark.parametrize("order", "<>")
def test_a_dtype_arrives_as_numpy_makes_it(code, order):
    sent = np.zeros(3, np.dtype(np.dtype(code).newbyteorder(order), metadata={"of": "weights"}))
    arrived = through(sent)
    assert exactly(arrived.dtype) == exactly(np.dtype(sent.dtype.newbyteorder("<").str))
    assert repr(through(np.arange(2))) == repr(np.arange(2))


def test_a_generator_arrives_in_its_state_as_a_copy():
    rng = np.random.default_rng(3)
    rng.normal(size=5)
    rng.integers(2, size=3, dtype=np.uint32)  # half of a 64-bit draw is left over
    arrived = through([rng])[0]
    assert arrived is not rng
    for draw in (lambda g: g.integers(2**31, size=3, dtype=np.uint32), lambda g: g.normal(size=4)):
        np.testing.assert_array_equal(draw(arrived), draw(rng))


class Liar(np.ndarray):
    def __eq__(self, other):
        return True

    __hash__ = None


class Text(str):
    __slots__ = ()


class Itself(str):
    def __str__(self):
        return self


LOOP = []
LOOP.append(LOOP)

Point = namedtuple("Point", "x y")


class Colour(IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Text("a"), "a"),
        (Point(1, 2), (1, 2)),
        (Colour.RED, 1),
        (OrderedDict(a=1), {"a": 1}),
        (type("Long", (int,), {})(2**90), 2**90),
        (type("Real", (float,), {})(0.5), 0.5),
        ({np.int64(3): "a"}, {3: "a"}),
        (type("Names", (list,), {})([1, 2]), [1, 2]),
        (bytearray(b"ab"), b"ab"),
        (msgpack.Timestamp(5, 0), 5.0),
        (np.zeros(2).view(Liar), np.zeros(2)),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), np.array([1.0, 2.0])),
        (np.float64(2.0), np.array(2.0)),
        (np.True_, np.array(True)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_do_not_survive(value, plain):
    assert same(plain, through(value))


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        object(),
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, dtype="i4,f4"),
        np.datetime64("2020-01-01"),
        2**600,
        "\ud800",
        LOOP,
        Itself("word"),
        np.random.Generator(np.random.MT19937(0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(WireError):
        through(value)


def test_what_is_foreign_is_replaced_wherever_it_stands():
    value = {"a": [object(), (1, object())], "b": {3}}
    arrived = through(value, lambda thing: Handle(7, type(thing).__name__))
    assert arrived == {
        "a": [Handle(7, "object"), (1, Handle(7, "object"))],
        "b": Handle(7, "set"),
    }


def nested(depth, wrap):
    value = []
    for _ in range(depth - 1):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}])
def test_depth_is_bounded_alike_on_both_sides(wrap):
    assert through(nested(wire.MAX_DEPTH, wrap)) == nested(wire.MAX_DEPTH, wrap)
    with pytest.raises(WireError, match="nested too deeply"):
        through(nested(wire.MAX_DEPTH + 1, wrap))


def test_axes_are_bounded_alike_on_both_sides(monkeypatch):
    sent = wire.encode(np.zeros((1, 1, 1)))
    monkeypatch.setattr(wire, "MAX_AXES", 2)
    assert through(np.zeros((1, 1))).shape == (1, 1)
    with pytest.raises(WireError, match="an array of 3 axes"):
        wire.encode(np.zeros((1, 1, 1)))
    with pytest.raises(WireError, match="no known form"):
        wire.decode_frame(sent)


def test_sizes_are_bounded():
    with pytest.raises(WireError, match="2 MiB of text"):
        wire.encode("x" * (wire.MAX_STRUCTURE + 1))
    half = np.broadcast_to(np.zeros(1, np.uint8), (wire.MAX_BLOBS // 2 + 1,))
    for too_much in (np.broadcast_to(half[:1], (wire.MAX_BLOBS + 1,)), [half, half]):
        with pytest.raises(WireError, match="256 MiB of arrays"):
            wire.encode(too_much)
    for lengths in [(wire.MAX_STRUCTURE + 1, 0), (0, wire.MAX_BLOBS + 1)]:
        with pytest.raises(WireError):
            wire.frame_lengths(struct.pack("!II", *lengths))


def decoded(data):
    """Decode hostile bytes; returns (value or None, seconds, peak of memory in bytes)."""
    gc.disable()  # a collection of all objects of the tests takes half a second
    tracemalloc.start()
    started = time.process_time()
    try:
        value = wire.decode_frame(data)
    except WireError:
        value = None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.enable()
    return value, time.process_time() - started, peak


@given(st.binary(max_size=300), st.binary(max_size=60))
@settings(max_examples=250)
def test_random_bytes_raise_only_a_wire_error(structure, blobs):
    with suppress(WireError):
        wire.decode_frame(frame(structure, blobs))


@given(VALUES, st.data())
@settings(max_examples=150)
def test_damaged_frames_raise_only_a_wire_error(value, data):
    whole = wire.encode(value)
    length, _ = wire.frame_lengths(whole[: wire.HEADER.size])
    structure, blobs = (
        bytearray(whole[wire.HEADER.size :][:length]),
        whole[wire.HEADER.size :][length:],
    )
    location = data.draw(st.integers(0, length - 1))
    structure[location : location + 1] = data.draw(st.binary(min_size=1, max_size=3))
    with suppress(WireError):
        wire.decode_frame(frame(bytes(structure), blobs))


#: Objects, records, dates, and what else is no number of a known size in the order of the wire.
NO_DTYPES = ("|O", "O", "|V8", "i4,i4", "(99,99)<f8", "<M8[s]", "<f3", "<c32", ">f8")
DEEP_CLAIMS = b"\xdd\x00\x1f\xff\xff" * 1000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(array_frame("<f8", [2**40]), id="huge array"),
        pytest.param(array_frame("<f8", [0, 2**62, 2**62]), id="huge empty array"),
        pytest.param(array_frame("<f8", [2**62, 2**62, 4]), id="overflowing shape"),
        pytest.param(array_frame("<f8", [2**64 - 1], b"12345678"), id="longest axis"),
        pytest.param(array_frame("<f8", [], b"12345678", raw=b"1234567"), id="part of an axis"),
        pytest.param(array_frame("<f8", [1] * 33, b"12345678"), id="too many axes"),
        pytest.param(array_frame("<f8", [2], b"12345678"), id="too few bytes"),
        pytest.param(array_frame("<f8", [1], b"123456789"), id="too many bytes"),
        *(pytest.param(array_frame(name, [1], b"1" * 32), id=name) for name in NO_DTYPES),
        pytest.param(frame(extension(1, raw=b"")), id="array without a dtype"),
        pytest.param(frame(extension(1, raw=b"<f8")), id="part of a dtype"),
        pytest.param(frame(extension(2, raw=msgpack.packb({}))), id="tuple of a dict"),
        pytest.param(frame(extension(3, "one", "RNN")), id="handle that is no number"),
        pytest.param(frame(extension(5, raw=msgpack.packb({"state": 1}))), id="generator"),
        pytest.param(frame(extension(5, raw=msgpack.packb(["PCG64"]))), id="generator of a list"),
        pytest.param(frame(extension(6, raw=b"\x01" * 65)), id="long integer"),
        pytest.param(frame(extension(7, "1", "2")), id="complex of texts"),
        pytest.param(frame(extension(99, 1)), id="unknown code"),
        pytest.param(frame(b"\x81\x90\x01"), id="list as a key"),
        pytest.param(frame(b"\x81\x80\x01"), id="dict as a key"),
        pytest.param(frame(b"\x91" * 500 + b"\x01"), id="deep lists"),
        pytest.param(
            frame(b"\xdd\x00\x10\x00\x00" + b"\x01" * 50), id="list longer than its frame"
        ),
        pytest.param(frame(DEEP_CLAIMS + b"\x00" * 50_000), id="many lists longer than the frame"),
        pytest.param(frame(b"\x01\x01"), id="two values"),
        pytest.param(frame(b""), id="nothing"),
        pytest.param(frame(b"\x01", b"x"), id="blobs of no array"),
        pytest.param(frame(b"\xc1"), id="reserved byte"),
        pytest.param(frame(b"\xa1\xff"), id="text that is not UTF-8"),
    ],
)
def test_hostile_frames_are_refused_at_no_great_cost(data):
    value, seconds, peak = decoded(data)
    assert value is None
    assert seconds < 0.5
    assert peak < (8 << 20) + 200 * len(data)


def test_no_blob_can_be_named_twice():
    first = array("<f8", 4)
    structure = b"\x92" + first + first
    assert len(wire.decode_frame(frame(structure, b"\0" * 64))) == 2
    with pytest.raises(WireError, match="longer than its bytes"):
        wire.decode_frame(frame(structure, b"\0" * 32))


def test_a_record_of_a_million_fields_is_not_even_parsed():
    value, seconds, peak = decoded(array_frame(",".join(["i4"] * 300_000), [0]))
    assert value is None
    assert seconds < 0.5
    assert peak < 32 << 20


def test_tuples_within_tuples_are_not_followed_for_ever():
    data = msgpack.packb([])
    for _ in range(200):
        data = msgpack.packb([msgpack.ExtType(2, data)])
    with pytest.raises(WireError, match="nested too deeply"):
        wire.decode_frame(frame(data))


def test_keys_that_collide_are_limited_in_the_whole_frame():
    modulus = (1 << 61) - 1  # Python's hash of an integer is its remainder
    packer = msgpack.Packer()

    def table(first, count):
        keys = (
            packer.pack(msgpack.ExtType(6, (i * modulus).to_bytes(10, "little")))
            for i in range(first, first + count)
        )
        return packer.pack_map_header(count) + b"".join(key + b"\x00" for key in keys)

    half = wire.MAX_UNSALTED_KEYS // 2
    assert len(decoded(frame(table(10, half)))[0]) == half
    many = packer.pack_array_header(30) + table(10, half) * 30
    value, seconds, _ = decoded(frame(many))
    assert value is None
    assert seconds < 1


def test_many_texts_may_be_keys():
    words = {f"word {i}": i for i in range(3 * wire.MAX_UNSALTED_KEYS)}
    assert through(words) == words


@pytest.mark.parametrize("wrapped", [dict, Counter])
def test_other_keys_are_counted_over_all_dicts(wrapped):
    half = wire.MAX_UNSALTED_KEYS // 2
    pairs = [wrapped({(i, i + 1): i for i in range(half)})] * 2
    assert through(pairs) == pairs
    with pytest.raises(WireError, match="4096 keys that are not text"):
        through([*pairs, {"word": 1, 2: 3}])


def test_containers_around_a_key_do_not_count_for_its_own():
    value = {(1,): 1}
    for _ in range(wire.MAX_DEPTH - 1):
        value = [value]
    assert through(value) == value
    key = 1
    for _ in range(wire.MAX_DEPTH):
        key = (key,)
    assert through({key: 1}) == {key: 1}
    with pytest.raises(WireError):
        through({(key,): 1})


def test_of_equal_keys_the_last_one_stays():
    assert wire.decode_frame(frame(b"\x82\xa1a\x01\xa1a\x02")) == {"a": 2}


TREE = {"W": 1.0, "states": (2.0, [3.0, {"b": "text"}]), "empty": [], 0: None}


def test_leaves_come_in_order_with_their_paths():
    assert list(leaves(TREE)) == [
        *[(("W",), 1.0), (("states", 0), 2.0), (("states", 1, 0), 3.0)],
        *[(("states", 1, 1, "b"), "text"), ((0,), None)],
    ]


def test_arrays_texts_and_handles_are_leaves():
    for leaf in (np.ones((2, 2)), "text", Handle(1, "RNN"), None):
        ((path, result),) = leaves(leaf)
        assert path == () and result is leaf


def test_map_keeps_the_containers_and_leaves_the_tree_as_it_is():
    assert map_leaves(lambda leaf: [leaf], (1, [2, {"a": 3}])) == ([1], [[2], {"a": [3]}])
    copy = map_leaves(lambda leaf: leaf, TREE)
    copy["states"][1].clear()
    assert TREE["states"][1] == [3.0, {"b": "text"}]


def test_zip_yields_what_both_have():
    first, other = {"a": [1, 2], "b": (3,), "c": 4}, {"c": [5], "a": (6, 7, 8)}
    pairs = list(zip_leaves(first, other))
    assert pairs == [(("a", 0), 1, 6), (("a", 1), 2, 7), (("c",), 4, [5])]


def test_strict_zip_yields_whole_containers_that_differ_in_length_or_keys():
    first, other = {"a": [1, 2], "b": (3,)}, {"b": [4], "a": [5]}
    assert list(zip_leaves(first, other, strict=True)) == [(("a",), [1, 2], [5]), (("b", 0), 3, 4)]
    assert list(zip_leaves({"a": 1}, {"b": 1}, strict=True)) == [((), {"a": 1}, {"b": 1})]


def test_the_form_is_that_of_the_containers():
    assert same_form({"a": [1, None]}, {"a": ["text", 2.0]})
    for other in ({"a": (1, 2)}, {"a": [1]}, {"b": [1, 2]}, {"a": [1, []]}, {"a": 1}, [1, 2]):
        assert not same_form({"a": [1, 2]}, other)
