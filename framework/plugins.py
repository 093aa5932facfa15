"""All plugins of one run: loaded, blocked, checked, and asked."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import pluggy

from framework import hookspecs
from framework.errors import ConflictError, PluginError, UnknownNameError
from framework.plugin_sources import Source, find_sources
from framework.registry import Implementation, Registry

#: Providers that one built-in plugin alone may offer; nobody registers what a student wrote.
RESERVED = {"numpy": "numpy_reference", "torch": "torch_backend", "student": ""}


class Plugins:
    """All plugins of one run.

    Args:
        options: modules or paths given with ``--plugin``: these must load.
        course: the course's own list: these must load.
        blocked: names of plugins that are not to be loaded.
        overrides: see `framework.registry.Registry`.

    Attributes:
        sources: what was loaded, in order.
        failures: entry points that could not be loaded, with the reason: the rest works.
        blocked: what was not loaded because it was not wanted.
    """

    def __init__(
        self,
        options: Iterable[str] = (),
        course: Iterable[str] = (),
        blocked: Iterable[str] = (),
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.manager = pluggy.PluginManager("gradus")
        self.manager.add_hookspecs(hookspecs)
        self.sources: list[Source] = []
        self.failures: list[tuple[Source, str]] = []
        self._overrides = dict(overrides or {})
        found = find_sources(options, course)
        unwanted = _known(blocked, found)
        self.blocked = [source for source in found if source.name in unwanted]
        for source in found:
            if source.name not in unwanted:
                self._load(source)

    @property
    def hook(self) -> Any:
        """Call hooks through this."""
        return self.manager.hook

    @property
    def warnings(self) -> list[str]:
        """What a person should know: which plugins were left out, and why."""
        return [
            f"plugin {source.label} is left out, it cannot be loaded: {reason}"
            for source, reason in self.failures
        ]

    def _load(self, source: Source) -> None:
        """Load one plugin; only what was merely installed may fail without ending the run."""
        try:
            self._register(source)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if source.channel != "entry point":
                raise PluginError(f"plugin {source.label} cannot be loaded: {reason}") from error
            self.failures.append((source, reason))
        else:
            self.sources.append(source)

    def _register(self, source: Source) -> None:
        self.manager.register(source.load(), source.name)
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError:
            self.manager.unregister(name=source.name)
            raise

    @cached_property
    def registry(self) -> Registry:
        """Every implementation that the plugins offer, stamped with its origin."""
        registry = Registry(self._overrides)
        for source in self.sources:
            for implementation in self._offered(source, "register_implementations", Iterable):
                registry.add(replace(_checked(implementation, source), origin=source.label))
        return registry

    def named(self, hook: str) -> dict[str, str]:
        """Merge the mappings name -> ``module:attribute`` that the plugins return for `hook`.

        Raises:
            ConflictError: two plugins offer one name.
            PluginError: one returns something else.
        """
        owners: dict[str, str] = {}
        merged: dict[str, str] = {}
        for source in self.sources:
            for name, target in self._offered(source, hook, Mapping).items():
                if not (isinstance(name, str) and isinstance(target, str) and ":" in target):
                    raise _rubbish(source, hook, "names and 'module:attribute'", (name, target))
                if name in owners:
                    raise ConflictError(
                        f"{owners[name]} and {source.label} both offer '{name}' ({hook}). "
                        "Block one with `--block NAME`"
                    )
                owners[name], merged[name] = source.label, target
        return merged

    def names_of(self, source: Source, hook: str) -> list[str]:
        """The names that one plugin returns for `hook`."""
        return sorted(self._offered(source, hook, Mapping))

    def hooks_of(self, source: Source) -> list[str]:
        """The hooks that a plugin implements."""
        plugin = self.manager.get_plugin(source.name)
        callers = self.manager.get_hookcallers(plugin) or ()
        return sorted(caller.name for caller in callers)

    def _offered(self, source: Source, hook: str, kind: type) -> Any:
        """What one plugin returns for `hook`; an empty mapping where it does not implement it."""
        if hook not in self.hooks_of(source):
            return {}
        value = getattr(self.manager.get_plugin(source.name), hook)()
        if not isinstance(value, kind):
            raise _rubbish(source, hook, kind.__name__, value)
        return value


def _known(blocked: Iterable[str], found: list[Source]) -> set[str]:
    names = [source.name for source in found]
    for name in blocked:
        if name not in names:
            raise UnknownNameError("plugin", name, names, "gradus plugins")
    return set(blocked)


def _checked(value: object, source: Source) -> Implementation:
    """`value` if it is an implementation that this plugin may offer."""
    if not isinstance(value, Implementation):
        raise _rubbish(source, "register_implementations", "Implementations", value)
    owner = RESERVED.get(value.provider, source.name)
    if owner != source.name or (value.provider in RESERVED and source.channel != "built-in"):
        raise PluginError(
            f"plugin {source.label} offers {value.key}, but the provider '{value.provider}' is not "
            f"its own: register it as {value.name}@{source.name}, say"
        )
    return value


def _rubbish(source: Source, hook: str, wanted: str, value: object) -> PluginError:
    return PluginError(
        f"plugin {source.label}: hook '{hook}' must return {wanted}, "
        f"but it returned {value!r:.80} ({type(value).__name__})"
    )


def load_target(target: str) -> Any:
    """Import ``module:attribute``."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)
