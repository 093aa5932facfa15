"""Finding, loading, blocking and checking plugins."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from framework import hookspecs
from framework.errors import ConflictError, PluginError, UnknownNameError, UsageError
from framework.registry import Registry

#: Plugins that ship with gradus, named as strings so that nothing is imported before it is used.
BUILT_IN = ("plugins.numpy_reference", "plugins.torch_backend", "autograder.plugin")


@dataclass(frozen=True)
class Source:
    """Where a plugin came from: `channel` is built-in, entry point, option or course."""

    name: str
    channel: str
    target: str
    distribution: str = ""

    @property
    def label(self) -> str:
        """Name with distribution, as it appears in messages."""
        return f"{self.name} ({self.distribution})" if self.distribution else self.name


class Plugins:
    """All plugins of one run.

    Args:
        options: modules or paths given with ``--plugin``: these must load.
        course: the course's own list: these must load.
        blocked: names of plugins that are not to be loaded.
        overrides: see `Registry`.

    Attributes:
        sources: what was loaded, in order.
        failures: entry points that could not be loaded, with the reason: the rest works.
    """

    def __init__(
        self,
        options: Iterable[str] = (),
        course: Iterable[str] = (),
        blocked: Iterable[str] = (),
        overrides: dict[str, str] | None = None,
    ) -> None:
        self.manager = pluggy.PluginManager("gradus")
        self.manager.add_hookspecs(hookspecs)
        self.sources: list[Source] = []
        self.failures: list[tuple[Source, str]] = []
        self._overrides = overrides
        self._blocked = set(blocked)
        self._load_all(options, course)

    @property
    def hook(self) -> Any:
        """Call hooks through this."""
        return self.manager.hook

    def _load_all(self, options: Iterable[str], course: Iterable[str]) -> None:
        sources = [Source(t.split(".")[-1], "built-in", t) for t in BUILT_IN]
        sources += _entry_points()
        sources += [Source(_stem(t), "course", t) for t in course]
        sources += [Source(_stem(t), "option", t) for t in options]
        _reject_duplicates(sources)
        unknown = self._blocked - {source.name for source in sources}
        for name in sorted(unknown):
            raise UnknownNameError("plugin", name, [s.name for s in sources], "gradus plugins")
        for source in sources:
            if source.name not in self._blocked:
                self._load(source)

    def _load(self, source: Source) -> None:
        try:
            module = _import_plugin(source.target)
            self.manager.register(module, source.name)
            self.manager.check_pending()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if source.channel == "built-in":
                raise
            if source.channel != "entry point":
                raise PluginError(f"plugin {source.label} cannot be loaded: {reason}") from error
            self.failures.append((source, reason))
            if self.manager.has_plugin(source.name):
                self.manager.unregister(name=source.name)
        else:
            self.sources.append(source)

    @cached_property
    def registry(self) -> Registry:
        """Every implementation that the plugins offer, stamped with its origin."""
        registry = Registry(self._overrides)
        for source in self.sources:
            plugin = self.manager.get_plugin(source.name)
            hook = getattr(plugin, "register_implementations", None)
            if hook is None:
                continue
            for implementation in hook():
                registry.add(replace(implementation, origin=source.label))
        return registry

    def named(self, hook: str) -> dict[str, str]:
        """Merge the mappings that `hook` returns; two owners of one name are an error."""
        owners: dict[str, str] = {}
        merged: dict[str, str] = {}
        for source in self.sources:
            function = getattr(self.manager.get_plugin(source.name), hook, None)
            for name, target in (function() if function else {}).items():
                if name in owners:
                    raise ConflictError(
                        f"{owners[name]} and {source.label} both offer '{name}' ({hook}). "
                        "Block one with `--block NAME`"
                    )
                owners[name], merged[name] = source.label, target
        return merged


def load_target(target: str) -> Any:
    """Import ``module:attribute``."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _stem(target: str) -> str:
    return Path(target).stem if target.endswith(".py") or "/" in target else target


def _entry_points() -> list[Source]:
    found = []
    for entry in metadata.entry_points(group="gradus"):
        distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
        found.append(Source(entry.name, "entry point", entry.value, distribution))
    return sorted(found, key=lambda source: source.name)


def _reject_duplicates(sources: list[Source]) -> None:
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(source.name, source)
        if other is not source and other.target != source.target:
            raise ConflictError(
                f"two plugins are named '{source.name}': {other.target} ({other.channel} "
                f"{other.distribution}) and {source.target} ({source.channel} "
                f"{source.distribution}). Uninstall or rename one"
            )


def _import_plugin(target: str) -> ModuleType:
    path = Path(target)
    if not (target.endswith(".py") or path.is_dir()):
        return importlib.import_module(target)
    if not path.exists():
        raise UsageError(f"no plugin at {target}")
    return _import_path(path.resolve())


def _import_path(path: Path) -> ModuleType:
    """Import a plugin given as a file or a package folder, under its own name."""
    location = path / "__init__.py" if path.is_dir() else path
    spec = importlib.util.spec_from_file_location(path.stem, location)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
