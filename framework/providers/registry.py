"""The registry of implementations, registered as data and loaded on first use.

An implementation is known as ``name@provider``: ``rnn@numpy`` is the reference, ``rnn@torch`` the
PyTorch backend, ``rnn@student`` what a student wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from framework import DISTRIBUTION
from framework.course.solutions import is_solution_module
from framework.errors import (
    AbsentPartError,
    ConflictError,
    InterfaceError,
    PluginError,
    UnknownNameError,
    UsageError,
    block_options,
)
from framework.importing import import_fault, import_module, is_target
from framework.kinds import KINDS, missing_methods

#: The owner of the exercises' tasks, in origins and ``[overrides]``.
COURSE_OWNER = "the course"

#: Folders of a course, which only look like packages.
_FOLDERS = ("exercises", "solutions")

#: Packages after which an extra of this distribution is named.
EXTRAS = ("torch", "jax")


@dataclass(frozen=True)
class Implementation:
    """One implementation, as data: nothing is imported until it is used.

    Args:
        kind: one of `framework.kinds.KINDS`.
        name: the registry name, the snake_case of the class name.
        provider: who offers it: ``numpy``, ``torch``, ``student`` or a plugin's name.
        target: where it is, ``package.module:Attribute`` or ``path/to/file.py:Attribute``.
        origin: the plugin that registered it and its distribution. Stamped by the plugin manager
            from the channel the plugin came through; a plugin cannot declare it.
        if_absent: what is missing and how to get it, where the target's module may be absent.
    """

    kind: str
    name: str
    provider: str
    target: str
    origin: str = field(default="", compare=False)
    if_absent: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """``name@provider``."""
        return f"{self.name}@{self.provider}"


def problem(implementation: Implementation) -> str:
    """Return the problem of `implementation` as data; empty without a problem."""
    entry = implementation
    for label in ("kind", "name", "provider", "target"):
        value = getattr(entry, label)
        if not isinstance(value, str) or not value:
            return f"the {label} of an Implementation must be text, not {value!r:.80}"
    if entry.kind not in KINDS:
        return f"{entry.key} has the kind '{entry.kind}': the kinds are {', '.join(KINDS)}"
    if "@" in entry.name + entry.provider:
        return f"{entry.key}: neither a name nor a provider may have an @ in it"
    if not is_target(entry.target):
        return f"{entry.key} is at '{entry.target}': expected 'package.module:Attribute'"
    return ""


class Offers(Protocol):
    """Implementations that are made when they are looked up."""

    @property
    def providers(self) -> Collection[str]:
        """The providers of all of them."""

    def find(self, name: str, provider: str) -> Implementation | None:
        """Return the implementation `name` of `provider`; None if there is none."""

    def __iter__(self) -> Iterator[Implementation]:
        """Return all of them."""


class Registry:
    """All known implementations, by ``name@provider``.

    Args:
        overrides: key -> plugin (its name, or its whole origin) that may claim it, from the
            course's configuration. Without an entry, a second claim to a key is an error that
            names both owners.
        left_out: the plugins that are not here, and why: said where a name is unknown.
        preferred: the owner that may claim every key without an override.
    """

    def __init__(
        self,
        overrides: Mapping[str, str] | None = None,
        left_out: Iterable[str] = (),
        *,
        preferred: str | None = None,
    ) -> None:
        self._by_key: dict[str, Implementation] = {}
        self._deferred: list[tuple[Offers, str]] = []
        self._looked_up: set[tuple[str, int]] = set()
        self._loaded: dict[str, Any] = {}
        self._overrides = dict(overrides or {})
        self._left_out = tuple(left_out)
        self._preferred = preferred

    def __iter__(self) -> Iterator[Implementation]:
        self._add_deferred()
        return iter(self._by_key.values())

    def defer(self, offers: Offers, origin: str) -> None:
        """Register all `offers` of the plugin `origin`, each when it is first looked up."""
        self._deferred.append((offers, origin))

    def _look_up(self, name: str, provider: str) -> Implementation | None:
        """Return the implementation ``name@provider``, also from deferred offers."""
        key = f"{name}@{provider}"
        for offers, origin in self._deferred:
            if provider in offers.providers and (key, id(offers)) not in self._looked_up:
                self._looked_up.add((key, id(offers)))
                entry = offers.find(name, provider)
                if entry is not None:
                    self._add_offered(replace(entry, origin=origin))
        return self._by_key.get(key)

    def _add_deferred(self) -> None:
        while self._deferred:
            offers, origin = self._deferred[0]
            for entry in offers:
                if (entry.key, id(offers)) not in self._looked_up:
                    self._add_offered(replace(entry, origin=origin))
            del self._deferred[0]

    def _add_offered(self, implementation: Implementation) -> None:
        """Register `implementation`, once if a plugin offers it for a course and for its base."""
        taken = self._by_key.get(implementation.key)
        if taken != implementation or taken.origin != implementation.origin:
            self.add(implementation)

    def add(self, implementation: Implementation) -> None:
        """Register `implementation`.

        Raises:
            PluginError: it is malformed, or of no known kind.
            ConflictError: its key is taken, and no override chooses between the two.
        """
        wrong = problem(implementation)
        if wrong:
            raise PluginError(f"{implementation.origin}: {wrong}")
        taken = self._by_key.get(implementation.key)
        if taken is None or self._chosen(implementation):
            self._by_key[implementation.key] = implementation
        elif not self._chosen(taken):
            raise _claimed_twice(taken, implementation)

    def _chosen(self, implementation: Implementation) -> bool:
        chosen = self._overrides.get(implementation.key, self._preferred)
        return chosen in (implementation.origin, _plugin(implementation))

    def providers(self, name: str | None = None) -> list[str]:
        """Return every provider that computes, or those that offer `name`, sorted.

        A plugin that offers only kinds of runs computes nothing.
        """
        if name is not None:
            return sorted({entry.provider for entry in self if name == entry.name})
        names = {entry.provider for entry in self._by_key.values() if entry.kind != "task"}
        return sorted(names.union(*(offers.providers for offers, _ in self._deferred)))

    def names(self, kind: str | None = None) -> list[str]:
        """Return every registry name, or those of one kind, sorted."""
        return sorted({entry.name for entry in self if kind in (None, entry.kind)})

    def offers(self, name: str, provider: str) -> bool:
        """Return whether `provider` offers `name`."""
        return self._look_up(name, provider) is not None

    def unknown(self, what: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Return the error for an unknown `name`; it also names plugins that were left out."""
        note = f"Not loaded: {'; '.join(self._left_out)}" if self._left_out else ""
        return UnknownNameError(what, name, known, "gradus plugins", note)

    def find(self, name: str, provider: str, *, kind: str | None = None) -> Implementation:
        """Return the implementation ``name@provider``.

        Raises:
            UnknownNameError: no such name or provider: with near misses.
            UsageError: `provider` does not offer it: with those that do.
            InterfaceError: it is of another kind.
        """
        entry = self._look_up(name, provider)
        if entry is not None and kind in (None, entry.kind):
            return entry
        if entry is not None:
            raise InterfaceError(f"{entry.key} is of the kind {entry.kind}, not {kind}")
        if provider not in self.providers():
            raise self.unknown("provider", provider, self.providers())
        if name in self.names():
            have = " or ".join(f"{name}@{other}" for other in self.providers(name))
            raise UsageError(f"'{provider}' offers no '{name}': choose {have}")
        raise self.unknown(kind or "implementation", name, self.names(kind))

    def load(self, implementation: Implementation) -> Any:
        """Import the class or function behind `implementation`, once.

        Raises:
            PluginError: its module cannot be imported or has no such attribute.
        UsageError: a package that it needs is not installed, or a solution is missing.
            InterfaceError: it is no class or function, or a method of its kind is missing.
        """
        if implementation.key not in self._loaded:
            self._loaded[implementation.key] = _import(implementation)
        return self._loaded[implementation.key]

    def get(self, name: str, provider: str, *, kind: str | None = None) -> Any:
        """Find and load an implementation."""
        return self.load(self.find(name, provider, kind=kind))


def _claimed_twice(taken: Implementation, other: Implementation) -> ConflictError:
    """Return the error for two claims to one key: by two owners, or by one of them twice."""
    if taken.origin == other.origin:
        return ConflictError(
            f"{taken.origin} offers {taken.key} twice, as {taken.target} and {other.target}: "
            "remove one of them"
        )
    both_plugins = COURSE_OWNER not in (_plugin(taken), _plugin(other))
    owners = f"{taken.origin} and {other.origin}"
    problem = (
        f"two plugins offer {taken.key}: {owners}"
        if both_plugins
        else f"a course and a plugin offer {taken.key}: {owners}"
    )
    block = block_options((_plugin(other), _plugin(taken)))
    leave_out = f"Leave one out with {block}, or choose" if block else "Choose"
    return ConflictError(
        f'{problem}. {leave_out} in course.toml: [overrides] "{taken.key}" = "{_plugin(taken)}"'
    )


def _missing(
    implementation: Implementation, module_name: str, error: ModuleNotFoundError
) -> PluginError | UsageError:
    """Return the error for a missing module: a package to install, or a wrong target."""
    if implementation.if_absent and f"{module_name}.".startswith(f"{error.name}."):
        message = f"{implementation.key} cannot be used: {implementation.if_absent}"
        return AbsentPartError(message, implementation.name)
    package = (error.name or "").partition(".")[0]
    if package in _FOLDERS:
        return UsageError(
            f"{implementation.key} imports '{error.name}', "
            f"but the folder '{package}' of a course is no package: take what another exercise "
            "defines with `part(NAME)` of framework.models.parts"
        )
    if package and package != module_name.partition(".")[0]:
        extra = f"`pip install '{DISTRIBUTION}[{package}]'` or " if package in EXTRAS else ""
        return UsageError(
            f"{implementation.key} needs the package '{package}', which is not installed: "
            f"{extra}`pip install {package}`"
        )
    return PluginError(
        f"{implementation.key} ({implementation.origin}) cannot be imported from "
        f"{module_name}: ModuleNotFoundError: {error}"
    )


def _import(implementation: Implementation) -> Any:
    module_name, _, attribute = implementation.target.rpartition(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        raise _missing(implementation, module_name, error) from error
    except Exception as error:
        raise PluginError(
            f"{implementation.key} ({implementation.origin}) cannot be imported: "
            f"{import_fault(error)}"
        ) from error
    if not hasattr(module, attribute):
        raise PluginError(
            f"{implementation.key} ({implementation.origin}): "
            f"{_shown(module_name)} has no attribute '{attribute}'"
        )
    return checked(implementation, getattr(module, attribute))


def checked(implementation: Implementation, value: Any) -> Any:
    """Return `value` if it offers what the implementation's kind promises.

    Raises:
        InterfaceError: it does not.
    """
    what = f"{implementation.key} ({_place(implementation)}) is registered as {implementation.kind}"
    if not callable(value):
        raise InterfaceError(f"{what} but is a {type(value).__name__}: no class, no function")
    missing = missing_methods(implementation.kind, value)
    if missing:
        raise InterfaceError(f"{what} but has no {', '.join(missing)}")
    return value


def _place(implementation: Implementation) -> str:
    """Return the target of `implementation`, as a person knows it."""
    module_name, _, attribute = implementation.target.rpartition(":")
    return f"{_shown(module_name)}:{attribute}"


def _shown(module_name: str) -> str:
    """Return the imported module as a person knows it: of a solution that is its file."""
    if not is_solution_module(module_name):
        return module_name
    return str(sys.modules[module_name].__file__)


def _plugin(implementation: Implementation) -> str:
    """Return the name of the plugin in the origin: ``week3`` in ``week3 (week3-plugin 1.0)``."""
    return implementation.origin.partition(" (")[0]


def first_provider(registry: Registry, name: str, providers: Iterable[str]) -> str | None:
    """Return the first of `providers` that offers `name`, or None."""
    return next((provider for provider in providers if registry.offers(name, provider)), None)
