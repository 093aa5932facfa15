"""Backends: an array library with the parts on it; another provider's parts may come first."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framework.errors import GradusError, UsageError
from framework.processes.forking import forbid_forks
from framework.providers.registry import Implementation, Registry, first_provider

if TYPE_CHECKING:  # they import NumPy, which a command need not
    from framework.arrays import Arrays
    from framework.models.parts import PartSource

#: The backend of the reference, which a provider without its own arrays computes on by default.
REFERENCE = "numpy"

#: Kinds that use no arrays: every backend uses those of the reference.
_WITHOUT_ARRAYS = ("schedule",)

#: The provider of a student's implementations.
STUDENT = "student"


def part_source(
    registry: Registry, providers: Sequence[str], taken: dict[str, str] | None = None
) -> PartSource:
    """Look parts up at the first of `providers` that offers them.

    Args:
        registry: all implementations.
        providers: the providers in order of priority.
        taken: if given, filled with part name -> provider as parts are looked up.

    Returns:
        a function from a part's name to its class; it raises UsageError or UnknownNameError for a
        part that none of `providers` offers.
    """

    def source(name: str) -> Any:
        provider = first_provider(registry, name, providers) or providers[-1]
        value = registry.get(name, provider)
        if taken is not None:
            taken[name] = provider
        return value

    return source


class Backend:
    """An array library that computes, and the providers of the parts that compute on it.

    Args:
        registry: everything that is offered.
        name: the provider with the arrays: ``numpy``, ``torch``, or that of a plugin.
        provider: whose parts come first: ``student`` or a plugin's; empty: those of the backend,
            which completes the parts of any other provider.
        device: where it computes, ``cpu`` or ``cuda``.

    Attributes:
        registry: as given.
        providers: who is asked for a part, in this order.
        taken: name -> provider of every part that was used.

    Raises:
        UnknownNameError: no such backend or provider.
        UsageError: `name` has no arrays, or cannot compute on `device`; `provider` has arrays of
            its own.
    """

    def __init__(
        self, registry: Registry, name: str, *, provider: str = "", device: str = "cpu"
    ) -> None:
        _check_names(registry, name, provider)
        self.name, self.provider = name, provider or name
        self.device = device
        self.providers = tuple(dict.fromkeys((self.provider, name)))
        self.taken: dict[str, str] = {}
        self.registry = registry
        self._source = part_source(registry, self.providers, self.taken)
        if name != REFERENCE:
            _ = self.arrays  # a missing package or GPU is an error at once
        elif device != "cpu":
            raise UsageError(
                f"the backend '{name}' computes with NumPy, only on the CPU: "
                f"`--backend torch --device {device}` uses a GPU"
            )

    @cached_property
    def arrays(self) -> Arrays:
        """The arrays of the backend, with conversions from and to NumPy."""
        if self.name == REFERENCE:
            from framework.arrays import NumpyArrays

            return NumpyArrays()
        cls = self.registry.get("arrays", self.name, kind="arrays")
        arrays: Arrays = cls() if self.device == "cpu" else cls(device=self.device)
        if arrays.has_threads:
            forbid_forks()
        return arrays

    def build(self, name: str, /, *args: Any, kind: str, **options: Any) -> Any:
        """Build ``name`` or ``name@provider``; its own parts come from this backend.

        Raises:
            UsageError: no provider here offers it, it is no `kind`, refuses these arguments, or
                raises an error of its own with them.
            NotImplementedError: a part of it is not written yet.
        """
        cls = self._offered(name, kind)
        refused = f"{name} cannot be built as {with_article(kind)} here"
        try:
            inspect.signature(cls).bind(*args, **options)
        except TypeError as error:
            raise UsageError(f"{refused}: {error}") from error
        with self.in_force():
            return _called(cls, args, options, refused)

    def parameters_of(self, name: str, kind: str) -> Mapping[str, inspect.Parameter]:
        """Return the parameters of the constructor of ``name`` or ``name@provider``.

        Raises:
            UsageError: no provider here offers it, or it is no `kind`.
        """
        return inspect.signature(self._offered(name, kind)).parameters

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Build the models of the block from this backend's parts, on its arrays."""
        from framework.arrays import arrays_in_force
        from framework.models.parts import parts_from

        with parts_from(self._source), arrays_in_force(self.arrays):
            yield

    def function(self, name: str, kind: str = "function") -> Any:
        """Return the function ``name`` or ``name@provider``, which works on this backend's arrays.

        Raises:
            UsageError: no provider here offers it, or it is no `kind`.
        """
        return self._offered(name, kind)

    def implementation_of(self, name: str) -> Implementation:
        """Return the implementation of the part `name`, not yet loaded.

        Raises:
            UsageError, UnknownNameError: no provider here offers it.
        """
        return self.registry.find(name, self.provider_of(name))

    def implementations(self, kind: str) -> Iterator[Implementation]:
        """Yield the implementation of each part of the kind `kind` that this backend offers."""
        for name in self.registry.names(kind):
            if first_provider(self.registry, name, self.providers) is not None:
                yield self.implementation_of(name)

    def load(self, implementation: Implementation) -> Any:
        """Return the class or function behind `implementation`, see `Registry.load`."""
        return self.registry.load(implementation)

    def provider_of(self, name: str) -> str:
        """Return the first provider here that offers the part `name`."""
        return first_provider(self.registry, name, self.providers) or self.providers[-1]

    def _offered(self, name: str, kind: str) -> Any:
        name, _, wanted = name.partition("@")
        if wanted and kind not in _WITHOUT_ARRAYS:
            self._check_arrays(name, wanted)
        provider = wanted or self._provider(name, kind)
        entry = self.registry.find(name, provider)
        if entry.kind != kind:
            raise UsageError(
                f"{entry.key} is {with_article(entry.kind)}; what is needed here is "
                f"{with_article(kind)}: "
                f"{', '.join(self.registry.names(kind))}"
            )
        self.taken[name] = provider
        return self.registry.load(entry)

    def _provider(self, name: str, kind: str) -> str:
        if kind in _WITHOUT_ARRAYS:
            everyone = (*self.providers, REFERENCE)
            return first_provider(self.registry, name, everyone) or self.providers[-1]
        return self.provider_of(name)

    def _check_arrays(self, name: str, provider: str) -> None:
        other = own_backend(self.registry, provider, REFERENCE)
        if provider not in self.providers and other != self.name:
            raise UsageError(
                f"{name}@{provider} does not work on the arrays of the backend '{self.name}': "
                f"choose `--backend {other}`, or what '{self.name}' offers: `gradus plugins`"
            )


def with_article(noun: str) -> str:
    """Return `noun` behind its indefinite article: "an optimizer", "a model"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _called(
    cls: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any], refused: str
) -> Any:
    """Return the result of `cls`; its own errors get the text `refused` and their place."""
    try:
        return cls(*args, **options)
    except (GradusError, NotImplementedError):
        raise
    except Exception as error:
        raise UsageError(f"{refused}: {_described(error)}") from error


def _described(error: Exception) -> str:
    """Return the type, the message and the place of `error`."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = Path(frame.filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{type(error).__name__}: {error} ({shown}:{frame.lineno})"


def own_backend(registry: Registry, provider: str, default: str) -> str:
    """Return the backend of `provider`: itself if it has arrays of its own, else `default`."""
    return provider if _has_arrays(registry, provider) else default


def _has_arrays(registry: Registry, provider: str) -> bool:
    return provider == REFERENCE or registry.offers("arrays", provider)


def _check_names(registry: Registry, name: str, provider: str) -> None:
    """Raise an error for a backend or a provider that is unknown, or that the other excludes."""
    known = registry.providers()
    if provider and provider not in known:
        raise registry.unknown("provider", provider, known)
    if not _has_arrays(registry, name):
        if name in (*known, STUDENT):
            raise UsageError(
                f"'{name}' is no backend, since it has no arrays of its own: "
                f"`--provider {name}` uses its parts"
            )
        backends = [other for other in known if _has_arrays(registry, other)]
        raise registry.unknown("backend", name, backends)
    if provider not in ("", name) and _has_arrays(registry, provider):
        raise UsageError(
            f"the parts of '{provider}' compute on arrays of their own, not on those of '{name}': "
            f"leave out `--backend {name}`, or `--provider {provider}`"
        )
