"""The decorator `dataclass`, which makes a class in a third of the time of `dataclasses`.

`dataclasses.dataclass` compiles six functions for a frozen class, before Python 3.13 one by one.
For the hundred classes that `grade` imports, this was a seventh of the time of a first run. Here
one function is compiled for each class of which many objects are made, its ``__init__``; all others
are shared. Fields and their rules are those of `dataclasses`, and `fields`, `replace` and `asdict`
work as there.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

#: How many objects of a class are made before its ``__init__`` is compiled.
UNCOMPILED = 4

Values = Callable[[Any], tuple[Any, ...]]


class _Missing:
    """Stands for an argument that was not given, where a factory makes the value."""

    def __repr__(self) -> str:
        return "<factory>"


_MISSING = _Missing()

if TYPE_CHECKING:  # type checkers know what it does
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, repr=True, kw_only=False):
        """Make `cls` a dataclass; see `dataclasses.dataclass` for the arguments."""
        if cls is None:
            return partial(dataclass, frozen=frozen, repr=repr, kw_only=kw_only)
        text = cls.__doc__
        # `dataclasses` refuses to extend a frozen class by one that is not, and the reverse.
        extends = any(map(dataclasses.is_dataclass, cls.__mro__[1:]))
        options = {"kw_only": kw_only, "frozen": frozen and extends}
        dataclasses.dataclass(cls, init=False, repr=False, eq=False, **options)
        cls.__doc__ = text  # `dataclasses` fills an empty one from `__init__`, not there yet
        _require_no_init_vars(cls)
        _require_defaults_last(cls)
        _add(cls, "__init__", _LateInit(cls, frozen))
        if repr:
            _add(cls, "__repr__", _repr)
        _add_comparison(cls, frozen=frozen)
        if frozen:
            _freeze(cls)
        return cls


def _add(cls: type, name: str, method: object) -> None:
    """Give `cls` a method, unless it has one of its own."""
    if name not in vars(cls):
        setattr(cls, name, method)


def _require_no_init_vars(cls: type) -> None:
    """Refuse a class with arguments that are no fields: its ``__init__`` would not have them."""
    fields = {field.name for field in dataclasses.fields(cls)}
    for name, field in vars(cls)["__dataclass_fields__"].items():
        if name not in fields and "ClassVar" not in str(field.type):
            raise TypeError(f"{name!r} is an InitVar: use `dataclasses.dataclass`")


def _require_defaults_last(cls: type) -> None:
    """Refuse a class whose ``__init__`` could not be compiled later."""
    last = ""
    for field in dataclasses.fields(cls):
        if field.kw_only or not field.init:
            continue
        if _has_default(field):
            last = field.name
        elif last:
            message = f"non-default argument {field.name!r} follows default argument {last!r}"
            raise TypeError(message)


class _LateInit:
    """The ``__init__`` of a class, compiled after some objects, or when it is read.

    Most classes that a first run imports make few objects or none, and to compile a function takes
    as long as to set the fields of dozens of objects one by one.
    """

    def __init__(self, cls: type, frozen: bool) -> None:
        self._cls, self._frozen = cls, frozen
        self._made = 0

    def __get__(self, instance: object, owner: type) -> Callable[..., None]:
        if instance is not None and self._made < UNCOMPILED:
            self._made += 1
            return partial(self._set_fields, instance)
        bound: Callable[..., None] = self._compiled().__get__(instance, owner)
        return bound

    def _compiled(self) -> Callable[..., None]:
        init = _init(self._cls, frozen=self._frozen)
        if vars(self._cls).get("__init__") is self:  # another class may have taken it over
            setattr(self._cls, "__init__", init)  # noqa: B010 - for type checkers a method stays
        return init

    def _set_fields(self, instance: Any, /, *args: Any, **kwargs: Any) -> None:
        """Do what the compiled function does, which reports wrong arguments too."""
        fields = dataclasses.fields(self._cls)
        usual = [field.name for field in fields if field.init and not field.kw_only]
        values = dict(zip(usual, args, strict=False))
        wanted = {field.name for field in fields if field.init}
        needed = {field.name for field in fields if field.init and not _has_default(field)}
        is_right = len(args) <= len(usual) and values.keys().isdisjoint(kwargs)
        values |= kwargs
        if not (is_right and needed <= values.keys() <= wanted):
            self._compiled()(instance, *args, **kwargs)
            return
        set_attribute = object.__setattr__ if self._frozen else setattr
        for field in fields:
            if field.name in values:
                set_attribute(instance, field.name, values[field.name])
            elif _has_factory(field):
                set_attribute(instance, field.name, _default(field)())
            elif field.init:
                set_attribute(instance, field.name, field.default)
        if hasattr(instance, "__post_init__"):
            instance.__post_init__()


def _init(cls: type, *, frozen: bool) -> Callable[..., None]:
    """Return the compiled ``__init__`` of `cls`, as `dataclasses` makes it."""
    fields = dataclasses.fields(cls)
    given = [field for field in fields if field.init]
    usual = [_parameter(field) for field in given if not field.kw_only]
    named = [_parameter(field) for field in given if field.kw_only]
    lines = [_set(field, frozen=frozen) for field in fields if field.init or _has_factory(field)]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join(["self", *usual, *(["*", *named] if named else [])])
    known = {f"_default_{field.name}": _default(field) for field in fields}
    known |= {"_set": object.__setattr__, "_missing": _MISSING}
    body = "\n  ".join(lines or ["pass"])
    text = (
        f"def make({', '.join(known)}):\n def __init__({parameters}):\n  {body}\n return __init__"
    )
    # The types of its arguments are looked up in the module of the class, if that is still there.
    module, made = sys.modules.get(cls.__module__), dict[str, Callable[..., Any]]()
    exec(text, {} if module is None else vars(module), made)
    init: Callable[..., None] = made["make"](**known)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in given}, "return": None}
    return init


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or _has_factory(field)


def _has_factory(field: dataclasses.Field[Any]) -> bool:
    return field.default_factory is not dataclasses.MISSING


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory if _has_factory(field) else field.default


def _parameter(field: dataclasses.Field[Any]) -> str:
    """Return the parameter of ``__init__`` for `field`."""
    if _has_factory(field):
        return f"{field.name}=_missing"
    has_default = field.default is not dataclasses.MISSING
    return f"{field.name}=_default_{field.name}" if has_default else field.name


def _set(field: dataclasses.Field[Any], *, frozen: bool) -> str:
    """Return the line of ``__init__`` that sets `field`; a frozen class refuses the usual way."""
    name = value = field.name
    if _has_factory(field):
        made = f"_default_{name}()"
        value = f"{made} if {name} is _missing else {name}" if field.init else made
    return f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}"


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({values})"


def _add_comparison(cls: type, *, frozen: bool) -> None:
    """Let objects of `cls` be equal by their fields; those of a frozen class have a hash."""
    fields = dataclasses.fields(cls)
    compared = _values(field.name for field in fields if field.compare)
    hashed = _values(
        field.name for field in fields if (field.compare if field.hash is None else field.hash)
    )

    def equals(self: Any, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return compared(self) == compared(other)

    def hash_of(self: Any) -> int:
        return hash(hashed(self))

    has_hash = vars(cls).get("__hash__") is not None  # Python sets None beside `__eq__`
    _add(cls, "__eq__", equals)
    if not has_hash:
        cls.__hash__ = hash_of if frozen else None  # type: ignore[assignment]


def _values(names: Iterable[str]) -> Values:
    """Return a function that reads the attributes `names` as a tuple."""
    names = tuple(names)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _freeze(cls: type[Any]) -> None:
    """Let objects of `cls` refuse changes."""
    names = frozenset(field.name for field in dataclasses.fields(cls))

    def set_attribute(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def delete_attribute(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    _add(cls, "__setattr__", set_attribute)
    _add(cls, "__delattr__", delete_attribute)
    cls.__dataclass_params__.frozen = True  # a frozen class may extend it
