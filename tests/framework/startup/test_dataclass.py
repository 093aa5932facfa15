"""`dataclass` makes what `dataclasses.dataclass` makes, in less time."""

import copy
import dataclasses
import inspect
import pickle
import re
import subprocess
import sys
import typing
from pathlib import Path

import numpy as np
import pytest
from repository import ROOT

from autograder.record.results import CheckResult as Check
from autograder.verdicts import Verdict
from framework.startup.dataclass import UNCOMPILED, dataclass
from framework.text_files import read_text

KINDS = {"theirs": dataclasses.dataclass, "ours": dataclass}


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0


def made(decorator, **options):
    @decorator(**options)
    class Example:
        """An example."""

        a: int
        b: tuple[int, ...] = ()
        c: dict[str, int] = dataclasses.field(default_factory=dict, hash=False)
        d: str = dataclasses.field(default="d", repr=False, compare=False)
        e: list[int] = dataclasses.field(default_factory=list, init=False, hash=False)

        def __post_init__(self):
            object.__setattr__(self, "made", True)

    return Example


def raised(function):
    try:
        function()
    except Exception as error:
        return type(error), str(error)
    return None


@pytest.mark.parametrize("options", [{}, {"frozen": True}, {"kw_only": True}, {"repr": False}])
@pytest.mark.parametrize("compiled", [False, True])
def test_objects_are_as_those_of_dataclasses(options, compiled):
    theirs, ours = made(dataclasses.dataclass, **options), made(dataclass, **options)
    if compiled:
        assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
    assert ours.__match_args__ == theirs.__match_args__
    assert (ours.__hash__ is None) == (theirs.__hash__ is None)
    one, other = ours(a=1, d="x"), theirs(a=1, d="x")
    assert one.made
    assert one == ours(a=1) and other == theirs(a=1)
    assert one != ours(a=2) and one != other
    assert dataclasses.asdict(one) == dataclasses.asdict(other)
    assert dataclasses.replace(one, b=(2,)) == ours(a=1, b=(2,))
    assert one.c is not ours(a=1).c
    if options.get("repr", True):
        assert repr(one) == repr(other)
    if options.get("frozen"):
        assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda cls: cls(),
        lambda cls: cls(1, 2, 3, 4, 5),
        lambda cls: cls(a=1, z=2),
        lambda cls: cls(1, a=1),
        lambda cls: cls(1, e=[]),
        lambda cls: cls(b=()),
        lambda cls: setattr(cls(1), "a", 2),
        lambda cls: setattr(cls(1), "z", 2),
        lambda cls: delattr(cls(1), "a"),
        lambda cls: delattr(cls(1), "z"),
        lambda cls: {cls(1): 1},
    ],
)
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("compiled", [False, True])
def test_errors_are_those_of_dataclasses(attempt, frozen, compiled):
    theirs, ours = (made(kind, frozen=frozen) for kind in KINDS.values())
    assert not compiled or ours.__init__
    assert raised(lambda: attempt(ours)) == raised(lambda: attempt(theirs))


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_without_a_default_after_one_with_a_default_is_refused_with_the_class(kind):
    fields = {"__annotations__": {"a": "int", "b": "int"}, "a": 1}
    with pytest.raises(TypeError, match="non-default argument 'b' follows default argument"):
        KINDS[kind](type("Wrong", (), fields))
    assert KINDS[kind](kw_only=True)(type("Right", (), fields))(b=2).b == 2


def test_an_init_is_compiled_after_some_objects_or_when_it_is_read():
    cls, other = made(dataclass), made(dataclass)
    waiting = vars(cls)["__init__"]
    objects = [cls(number) for number in range(UNCOMPILED)]
    assert vars(cls)["__init__"] is waiting
    objects.append(cls(UNCOMPILED))
    assert inspect.isfunction(vars(cls)["__init__"])
    assert [one.a for one in objects] == list(range(UNCOMPILED + 1))
    assert inspect.isfunction(other.__init__)
    assert inspect.isfunction(vars(other)["__init__"])
    wrapper = cls.__init__ = lambda self, *args: None
    assert inspect.ismethod(waiting.__get__(cls(1), cls))  # another class may hold it
    assert vars(cls)["__init__"] is wrapper


@pytest.mark.parametrize("kind", KINDS)
def test_own_methods_stay(kind):
    @KINDS[kind](frozen=True)
    class Own:
        a: int

        def __repr__(self):
            return "own"

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    assert (repr(Own(1)), Own(1) == 3, hash(Own(1))) == ("own", True, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frozen_class_with_an_equality_of_its_own_has_the_hash_of_its_fields(kind):
    @KINDS[kind](frozen=True)
    class Own:  # noqa: PLW1641 - the decorator adds it
        a: int

        def __eq__(self, other):
            return True

    assert hash(Own(1)) == hash((1,))


@pytest.mark.parametrize("base", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_classes_extend_each_other(base, kind):
    @KINDS[base](frozen=True)
    class Base:
        a: int = 1

    @KINDS[kind](frozen=True)
    class More(Base):
        b: int = 2

    assert repr(More()).endswith("More(a=1, b=2)")
    assert More() == More(1, 2) != Base()
    with pytest.raises(TypeError, match="non-frozen"):
        KINDS[kind](type("Loose", (Base,), {}))


def test_a_class_without_a_text_stays_without_one():
    assert dataclass(type("Plain", (), {"__annotations__": {"a": int}})).__doc__ is None


def test_arguments_that_are_no_fields_are_refused():
    with pytest.raises(TypeError, match=r"'a' is an InitVar: use `dataclasses\.dataclass`"):
        dataclass(type("Example", (), {"__annotations__": {"a": dataclasses.InitVar[int]}}))


def test_a_field_that_is_not_equal_to_itself_is_compared_as_in_a_tuple():
    array = np.arange(2.0)
    single = made(dataclass, frozen=True)
    assert single(float("nan")) != single(float("nan"))
    assert Point(array) == Point(array)


def test_the_types_of_arguments_are_known():
    assert typing.get_type_hints(Point.__init__) == {"x": float, "y": float, "return": type(None)}
    assert typing.get_type_hints(Check.__init__)["verdict"] is Verdict


def test_objects_are_copied_and_pickled():
    point = Point(1.0)
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


def test_what_a_first_run_imports_uses_it():
    program = (
        "import sys; from autograder.cli import grade\n"
        "grade(['activations', '--submission', 'solutions'])\n"
        "own = ('framework', 'autograder', 'plugins')\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] in own))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = done.stdout.splitlines()[-1].split()
    theirs = re.compile(
        r"^\s*from dataclasses import .*\bdataclass\b|dataclasses\.dataclass\(", re.M
    )
    slow = [file for file in files if theirs.search(read_text(Path(file)))]
    assert len(files) > 100
    assert slow == [str(ROOT / "framework/startup/dataclass.py")]
