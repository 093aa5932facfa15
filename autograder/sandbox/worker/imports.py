"""What a worker can import: installed packages by their places, and in graded code fewer still.

Graded code has an ``__import__`` of its own, which gives the clear message. That nothing else can
be reached is the sandbox's part: the files of other packages, and of the rest of gradus, are not
there.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_STANDARD_LIBRARY = sys.stdlib_module_names
_EVERYTHING = ["*"]


class PackageFinder:
    """Finds installed packages by their exact names.

    The folder that they are installed in is not on the search path: it holds other packages too,
    and cannot be listed in every sandbox. For the arguments see `InstalledPackages`.
    """

    def __init__(self, places: Mapping[str, str], metadata: Sequence[str]) -> None:
        self._places, self._metadata = places, metadata

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where the module `name` is; None for one that is not listed."""
        origin = self._places.get(name)
        if origin is None:
            return None
        if origin.endswith((".py", ".so", ".pyd")):
            return importlib.util.spec_from_file_location(name, origin)
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [origin]
        return spec

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """Yield the metadata of the packages, or of the one that `context` names."""
        from importlib.metadata import PathDistribution  # few submissions ask for metadata

        wanted = (context.name or "").replace("-", "_").lower()
        for folder in map(Path, self._metadata):
            if not wanted or folder.name.lower().startswith(f"{wanted}-"):
                yield PathDistribution(folder)


class GradedImporter:
    """Imports for graded code: those of `GradedImports`, and files that were `submitted`."""

    def __init__(
        self,
        packages: Sequence[str],
        framework: Mapping[str, Sequence[str]],
        submitted: Collection[str] = (),
    ) -> None:
        self._packages, self._framework = packages, framework
        self._open = {*_STANDARD_LIBRARY, *packages, *submitted}
        self._views: dict[str, ModuleType] = {}

    def builtins(self) -> dict[str, Any]:
        """Return the built-in names for a module of graded code, with this ``__import__``."""
        return {**vars(builtins), "__import__": self.load}

    def load(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import as ``__import__`` does; a `ModuleNotFoundError` refuses what is not available."""
        top = name.partition(".")[0]
        if level or top in self._open:
            return __import__(name, globals, locals, fromlist or (), level)
        if top != "framework":
            raise self._refused(name)
        view = self._view(name)
        for item in fromlist or ():
            inner = f"{name}.{item}"
            if inner in self._framework or self._is_above(inner):
                self._view(inner)
            elif item != "*" and not hasattr(view, item):
                raise self._refused(inner)
        return view if fromlist else self._view("framework")

    def _view(self, name: str) -> ModuleType:
        """Return the module `name` of `framework`, with the allowed names and no others."""
        if name in self._views:
            return self._views[name]
        names = self._framework.get(name)
        if names is None and not self._is_above(name):
            raise self._refused(name)
        view = ModuleType(name, f"What graded code may import of {name}.")
        module = importlib.import_module(name)
        public = [key for key in vars(module) if not key.startswith("_")]
        view.__all__ = public if names == _EVERYTHING else [*(names or ())]  # type: ignore[attr-defined]
        vars(view).update({key: getattr(module, key) for key in view.__all__})
        self._views[name] = view
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(self._view(parent), child, view)
        return view

    def _is_above(self, name: str) -> bool:
        """Return whether `name` is a package that holds an allowed module."""
        return any(module.startswith(f"{name}.") for module in self._framework)

    def _refused(self, name: str) -> ModuleNotFoundError:
        if name.partition(".")[0] == "framework":
            known = self._framework.items()
            allowed = [f"{module}.{item}" for module, names in known for item in names]
        else:
            allowed = ["the standard library", *self._packages, "what stubs import of framework"]
        message = (
            f"not available to graded code: {name} (allowed: {', '.join(allowed)}; code of your "
            "own must be in the same file)"
        )
        return ModuleNotFoundError(message, name=name)
