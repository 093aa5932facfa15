"""The sources of plugins, and their import."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType

from framework.errors import ConflictError, UsageError
from framework.providers.plugin_paths import import_place, is_path, locate

GROUP = "gradus"

#: Plugins that ship with gradus, named as strings so that nothing is imported before it is used.
BUILT_IN = {
    "numpy_reference": "plugins.numpy_reference",
    "torch_backend": "plugins.torch_backend",
    "jax_backend": "plugins.jax_backend",
    "lectures": "plugins.lectures.plugin",
    "autograder": "autograder.plugin",
    "authoring": "plugins.authoring.plugin",
    "classes": "plugins.classes.plugin",
    "doctor": "plugins.doctor.plugin",
}
if importlib.util.find_spec("plugins.bench"):  # only a clone has it
    BUILT_IN["bench"] = "plugins.bench"


#: Channels whose target may be a path; a distribution's is a module, whatever the folder holds.
GIVEN = ("course", "option")


@dataclass(frozen=True)
class Source:
    """Where one plugin comes from.

    Args:
        name: its name for ``--block``.
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
        """The channel and the target, for messages."""
        return f"{self.channel} {self.target}"

    @property
    def is_path(self) -> bool:
        """Whether the target is a path."""
        return self.channel in GIVEN and is_path(self.target)

    @property
    def file(self) -> str | None:
        """Return the file of the code; None if that needs the import of a package."""
        if self.is_path:
            return str(locate(self.target).file)
        spec = importlib.util.find_spec(self.target) if "." not in self.target else None
        return spec.origin if spec is not None else None

    def load(self) -> ModuleType:
        """Import the plugin.

        Raises:
            UsageError: nothing is there.
            Exception: whatever its own code raises.
        """
        if self.is_path:
            return import_place(locate(self.target))
        try:
            return importlib.import_module(self.target)
        except ModuleNotFoundError as error:
            if self.channel not in GIVEN or not self._is_absent(error):
                raise
            raise UsageError(
                f"no plugin '{self.target}' ({self.channel}): there is no such module, file or "
                "folder. `gradus plugins` shows what is installed"
            ) from error

    def _is_absent(self, error: ModuleNotFoundError) -> bool:
        """Return whether the plugin itself is missing, not a module that it imports."""
        return f"{self.target}.".startswith(f"{error.name}.")


def find_sources(
    options: Iterable[str], course: Iterable[str], blocked: Collection[str] = ()
) -> list[Source]:
    """Return all plugins in the order of loading.

    Args:
        options: modules or paths given with ``--plugin``.
        course: the course's own list.
        blocked: names of blocked plugins; several plugins may share them.

    Raises:
        ConflictError: two plugins share a name: pluggy alone would pass over one of them.
        UsageError: nothing is at one of the paths.
    """
    sources = [Source(name, "built-in", target) for name, target in BUILT_IN.items()]
    sources += sorted(_entry_points(), key=lambda source: source.name)
    sources += [_given(target, "course") for target in course]
    sources += [_given(target, "option") for target in options]
    return list(_without_repeats(sources, blocked))


def _entry_points() -> Iterator[Source]:
    """Yield the plugins of installed packages; of two that share a name, the one imported counts.

    Few packages have any: `metadata.entry_points` would parse the entry points of all of them.
    """
    seen: set[str] = set()
    for package in metadata.distributions():
        listed = package.read_text("entry_points.txt") or ""
        if f"[{GROUP}]" not in listed or package.name in seen:
            continue
        seen.add(package.name)
        for entry in package.entry_points.select(group=GROUP):
            yield Source(
                entry.name,
                "entry point",
                entry.value,
                f"{package.name} {package.version}",
            )


def _given(target: str, channel: str) -> Source:
    name = locate(target).name if is_path(target) else target.rpartition(".")[2]
    return Source(name, channel, target)


def _without_repeats(sources: Iterable[Source], blocked: Collection[str]) -> Iterator[Source]:
    """Yield each source once: a plugin that is installed may also be given with ``--plugin``."""
    seen: list[Source] = []
    for source in sources:
        if any(_named_again(other, source) for other in seen):
            continue
        for other in seen:
            if other.name == source.name and source.name not in blocked:
                raise _conflict(other, source)
        seen.append(source)
        yield source


def _named_again(source: Source, other: Source) -> bool:
    """Return whether `other`, listed or asked for, is the plugin `source`."""
    if other.channel not in GIVEN or source.target == other.target:
        return other.channel in GIVEN
    return source.name == other.name and source.file is not None and source.file == other.file


def _conflict(first: Source, other: Source) -> ConflictError:
    both = f"{first.label}, {first.place}, and {other.label}, {other.place}"
    if first.name in BUILT_IN:
        added = next(source for source in (first, other) if source.channel != "built-in")
        advice = f"Uninstall or rename {added.place}: the name is that of a part of gradus"
    else:
        advice = f"Uninstall or rename one of them, or leave both out with `--block {first.name}`"
    return ConflictError(f"two plugins are named '{first.name}': {both}. {advice}")
