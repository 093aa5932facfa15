"""The files of installed packages: of each package, of what it requires, and their metadata."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from framework.errors import BadInputError

_INFORMATION = (".dist-info", ".egg-info")


@dataclass
class InstalledPackages:
    """Files of installed packages, for a worker that is shown these and no others.

    Attributes:
        modules: import name -> its file, ``__init__.py`` or the folder of a namespace package.
        metadata: the folders ``*.dist-info`` of their distributions.
        files: all files and folders that belong to them.
    """

    modules: dict[str, str] = field(default_factory=dict)
    metadata: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Take in `path`, an entry of a folder of packages."""
        self.files.append(path)
        if path.suffix in _INFORMATION:
            self.metadata.append(str(path))
        elif (name := path.name.partition(".")[0]).isidentifier() and _is_module(path):
            inner = path / "__init__.py"
            self.modules[name] = str(inner if inner.is_file() else path)


def _is_module(path: Path) -> bool:
    return path.suffix in (".py", ".so", ".pyd") or (path.is_dir() and not path.suffix)


@cache
def installed_packages(names: tuple[str, ...]) -> InstalledPackages:
    """Return the files of the packages with these import names, and of all that they require.

    Raises:
        BadInputError: a package is not installed.
    """
    packages = InstalledPackages()
    for distribution in _with_required(map(_distribution, names)):
        for path in _entries(distribution):
            packages.add(path)
    for name in names:  # an editable installation lists no modules
        if name not in packages.modules:
            _add_by_import(name, packages)
    return packages


def is_installed(name: str) -> bool:
    """Return whether there is a package with the import name `name`."""
    return importlib.util.find_spec(name) is not None


def _distribution(name: str) -> metadata.Distribution:
    """Return the distribution that the package `name` is imported from."""
    if not is_installed(name):
        raise BadInputError(
            f"`packages` of the course names '{name}', which is not installed here: "
            f"`pip install {name}`, or remove it from course.toml or exercise.toml"
        )
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        owners = metadata.packages_distributions().get(name, [name])
        return metadata.distribution(owners[0])


def _with_required(
    distributions: Iterable[metadata.Distribution],
) -> Iterator[metadata.Distribution]:
    """Yield `distributions`, and those that they require and that are installed; each once."""
    waiting, seen = list(distributions), set[str]()
    while waiting:
        distribution = waiting.pop()
        if distribution.name not in seen:
            seen.add(distribution.name)
            yield distribution
            waiting += _required(distribution)


def _required(distribution: metadata.Distribution) -> Iterator[metadata.Distribution]:
    for requirement in map(Requirement, distribution.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            with suppress(metadata.PackageNotFoundError):
                yield metadata.distribution(requirement.name)


def _entries(distribution: metadata.Distribution) -> list[Path]:
    """Return the entries of the folder of packages that belong to `distribution`."""
    listed = distribution.read_text("RECORD") or ""
    names = {line.partition(",")[0].partition("/")[0] for line in listed.splitlines()}
    names |= set((distribution.read_text("top_level.txt") or "").split())
    paths = [Path(str(distribution.locate_file(name))) for name in names - {"..", "__pycache__"}]
    return sorted(path for path in paths if path.suffix != ".pth" and path.exists())


def _add_by_import(name: str, packages: InstalledPackages) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None:
        return
    if spec.submodule_search_locations:
        packages.add(Path(next(iter(spec.submodule_search_locations))))
    elif spec.origin:
        packages.add(Path(spec.origin))
