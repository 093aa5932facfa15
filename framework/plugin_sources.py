"""Where plugins come from, and how each is imported."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from framework.errors import ConflictError, UsageError

GROUP = "gradus"

#: Plugins that ship with gradus, named as strings so that nothing is imported before it is used.
BUILT_IN = {
    "numpy_reference": "plugins.numpy_reference",
    "torch_backend": "plugins.torch_backend",
    "autograder": "autograder.plugin",
}


@dataclass(frozen=True)
class Source:
    """Where one plugin comes from.

    Args:
        name: what ``--block`` calls it.
        channel: ``built-in``, ``entry point``, ``course`` or ``option``: who put it there decides
            what happens when it cannot be loaded, and what it may claim.
        target: a module, or the path of a file or a folder.
        distribution: name and version of the installed package, for an entry point.
    """

    name: str
    channel: str
    target: str
    distribution: str = ""

    @property
    def label(self) -> str:
        """Name with distribution, as it appears in messages."""
        return f"{self.name} ({self.distribution})" if self.distribution else self.name

    @property
    def place(self) -> str:
        """Where it comes from, for people."""
        return " ".join(filter(None, (self.channel, self.distribution or self.target)))

    def load(self) -> ModuleType:
        """Import the plugin.

        Raises:
            UsageError: nothing importable is there.
            Exception: whatever its own code raises.
        """
        path = Path(self.target)
        if self.target.endswith(".py") or path.is_dir():
            return _import_path(path.resolve())
        return importlib.import_module(self.target)


def find_sources(options: Iterable[str], course: Iterable[str]) -> list[Source]:
    """Every plugin there is, in the order in which they are loaded.

    Args:
        options: modules or paths given with ``--plugin``.
        course: the course's own list.

    Raises:
        ConflictError: two plugins share a name: pluggy alone would pass over one of them.
    """
    sources = [Source(name, "built-in", target) for name, target in BUILT_IN.items()]
    sources += sorted(_entry_points(), key=lambda source: source.name)
    sources += [Source(_stem(target), "course", target) for target in course]
    sources += [Source(_stem(target), "option", target) for target in options]
    return list(_without_repeats(sources))


def _entry_points() -> Iterator[Source]:
    for entry in metadata.entry_points(group=GROUP):
        distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
        yield Source(entry.name, "entry point", entry.value, distribution)


def _stem(target: str) -> str:
    if target.endswith(".py") or "/" in target or Path(target).is_dir():
        return Path(target).resolve().stem
    return target.split(".")[-1]


def _without_repeats(sources: Iterable[Source]) -> Iterator[Source]:
    """Each source once: an installed plugin may also be named with ``--plugin``."""
    seen: dict[str, Source] = {}
    for source in sources:
        other = seen.setdefault(source.name, source)
        if other is source:
            yield source
        elif not _named_again(other, source):
            raise ConflictError(
                f"two plugins are named '{source.name}': {other.target} ({other.place}) and "
                f"{source.target} ({source.place}). Uninstall or rename one of them"
            )


def _named_again(one: Source, other: Source) -> bool:
    """Whether both are the same plugin, installed or listed and then asked for as well."""
    return one.target == other.target and (one.channel, other.channel) != ("entry point",) * 2


def _import_path(path: Path) -> ModuleType:
    """Import a plugin given as a file, a package folder, or a project folder with one package."""
    location = _location(path)
    package = location.name == "__init__.py"
    name = location.parent.name if package else location.stem
    spec = importlib.util.spec_from_file_location(
        name, location, submodule_search_locations=[str(location.parent)] if package else None
    )
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _location(path: Path) -> Path:
    if path.is_file():
        return path
    for candidate in (path / "__init__.py", path / path.name.replace("-", "_") / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise UsageError(
        f"no plugin at {path}: expected a .py file, a package, or a project whose package has the "
        "project's name. `gradus new plugin NAME` writes one"
    )
