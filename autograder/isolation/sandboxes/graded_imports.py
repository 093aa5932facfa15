"""What graded code may import; every other import is refused, and its files are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

#: Packages that every submission may import, beside the standard library.
PACKAGES = ("numpy", "matplotlib", "mpl_toolkits")

#: The modules of `framework` that stubs import, and the names that they import of each.
FRAMEWORK: dict[str, tuple[str, ...]] = {
    "framework.data.lexicon": ("Lexicon",),
    "framework.interfaces": (
        "Array",
        "LanguageModel",
        "Loss",
        "Model",
        "Optimizer",
        "Parameters",
        "Penalty",
        "Schedule",
        "Transform",
    ),
    "framework.models.conditioned": ("Conditioned",),
    "framework.models.count_tables": ("ratio", "values_at"),
    "framework.models.parts": ("part",),
}

#: Replaces the names of a module: all of them may be imported.
EVERYTHING: tuple[str, ...] = ("*",)


@dataclass(frozen=True)
class GradedImports:
    """What the code of one exercise may import, beside the standard library.

    Attributes:
        packages: import names of packages.
        framework: module of `framework` -> the names in it; `EVERYTHING` for all names.
    """

    packages: tuple[str, ...] = PACKAGES
    framework: Mapping[str, tuple[str, ...]] = field(default_factory=FRAMEWORK.copy)

    @classmethod
    def with_added(cls, names: Iterable[str]) -> GradedImports:
        """Return the imports that are always allowed, and `names`: those that a course adds."""
        names = tuple(names)
        added = {name: EVERYTHING for name in names if name.startswith("framework.")}
        packages = (*PACKAGES, *(name for name in names if name not in added))
        return cls(tuple(dict.fromkeys(packages)), {**FRAMEWORK, **added})

    def plain(self) -> dict[str, Any]:
        """Return the fields as values that JSON can hold."""
        return asdict(self)
