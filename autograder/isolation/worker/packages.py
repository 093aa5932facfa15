"""Finds the packages that a worker may import."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from typing import Any


class PackageFinder:
    """Finds installed packages by their exact names.

    The folder that they are installed in is not on the search path: it holds other packages too,
    and cannot be listed in every sandbox.

    Args:
        places: import name -> its file, ``__init__.py`` or the folder of a namespace package.
        metadata: folders ``*.dist-info``, for `importlib.metadata`.
    """

    def __init__(self, places: Mapping[str, str], metadata: Sequence[str]) -> None:
        self._places, self._metadata = places, metadata

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where the module `name` is; None for one that is not listed."""
        place = self._places.get(name)
        if place is None:
            return None
        if place.endswith((".py", ".so", ".pyd")):
            return importlib.util.spec_from_file_location(name, place)
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [place]
        return spec

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """Yield the metadata of the packages, or of the one that `context` names."""
        from importlib.metadata import PathDistribution
        from pathlib import Path

        wanted = (context.name or "").replace("-", "_").lower()
        for folder in map(Path, self._metadata):
            if not wanted or folder.name.lower().startswith(f"{wanted}-"):
                yield PathDistribution(folder)
