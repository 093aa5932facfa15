"""What the worker of one run needs to see: Python, the packages, itself and the submission."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.isolation.confine import World

#: Where the system keeps shared libraries, and the dynamic loader what it knows about them.
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")

#: How many processors there are, for those libraries that ask.
PROCESSORS = ("/sys/devices/system/cpu",)

#: What a GPU's driver reads, granted along with devices only.
DRIVER = ("/sys/bus/pci", "/sys/devices", "/sys/module/nvidia", "/etc/nvidia")

#: What a folder with gradus in it holds besides what the worker may see.
HIDDEN = ("autograder", "exercises", "plugins", "solutions", "tests")

#: What the worker imports of gradus, below the folder that holds the packages.
WORKER_FILES = (
    "autograder/__init__.py",
    "autograder/isolation/__init__.py",
    "autograder/isolation/wire.py",
)
WORKER_FOLDERS = ("framework", "autograder/isolation/worker", "autograder/isolation/confine")


def build_world(
    package_root: Path,
    site_packages: Iterable[Path],
    extra_read_only: Iterable[Path],
    scratch: Path,
    devices: Iterable[Path] = (),
) -> World:
    """Everything that the worker of one run may see.

    Solutions, tests and the grader stay hidden also where they are installed among the
    environment's packages: such a folder is granted entry by entry, without them.

    Args:
        package_root: the folder that holds `framework/` and `autograder/`.
        site_packages: the environment's folders of packages; see `site_folders`.
        extra_read_only: the submission, and whatever else a run needs.
        scratch: an existing empty folder, which the worker may write to.
        devices: device files, as those of a GPU.
    """
    device_files = tuple(map(str, devices))
    wanted = [*_python(), *map(Path, (*SYSTEM, *PROCESSORS)), *site_packages]
    wanted += [*map(Path, DRIVER if device_files else ()), *extra_read_only]
    wanted += worker_paths(package_root)
    hidden = _hidden([package_root, *wanted])
    granted: dict[str, None] = {}
    for path in wanted:
        if path.exists():
            granted |= dict.fromkeys(map(str, _links(path)))
            granted |= dict.fromkeys(map(str, _without(path.resolve(), hidden)))
    return World(_without_nested(granted), str(scratch.resolve()), device_files)


def interpreter() -> str:
    """The Python to start a worker with: the program itself, not a virtual environment's link."""
    base: str = getattr(sys, "_base_executable", "") or sys.executable
    return str(Path(base).resolve())


def site_folders() -> list[Path]:
    """The folders of packages on this process's search path."""
    names = {"site-packages", "dist-packages"}
    return [path for path in map(Path, sys.path) if path.name in names and path.is_dir()]


def worker_paths(package_root: Path) -> list[Path]:
    """The parts of gradus that the worker imports, with the compiled forms of single files."""
    files = [package_root / name for name in WORKER_FILES]
    compiled = [Path(importlib.util.cache_from_source(str(path))) for path in files]
    return [*files, *compiled, *(package_root / name for name in WORKER_FOLDERS)]


def _python() -> Iterator[Path]:
    """The interpreter, its standard library and its shared library."""
    yield Path(interpreter())
    for name in ("stdlib", "platstdlib"):
        yield Path(sysconfig.get_path(name, vars={"platbase": sys.base_exec_prefix}))
    folder, library = (sysconfig.get_config_var(name) for name in ("LIBDIR", "INSTSONAME"))
    if folder and library:
        yield Path(folder, library)


def _hidden(folders: Iterable[Path]) -> frozenset[Path]:
    """What must not be seen: the parts of every installation of gradus in `folders` or below."""
    roots = {folder.resolve() for folder in folders}
    roots |= {root / name for root in roots for name in ("site-packages", "dist-packages")}
    with_gradus = [root for root in roots if _has_gradus(root)]
    return frozenset(root / name for root in with_gradus for name in HIDDEN)


def _has_gradus(folder: Path) -> bool:
    try:
        return (folder / "autograder" / "isolation").is_dir()
    except PermissionError:  # nobody is shown what we cannot see ourselves
        return False


def _without(path: Path, hidden: frozenset[Path]) -> Iterator[Path]:
    """`path`, or its entries where something below it is hidden; asked for itself, it is shown."""
    if not any(path in place.parents for place in hidden):
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry not in hidden and not entry.is_symlink():
            yield from _without(entry, hidden)


def _links(path: Path) -> Iterator[Path]:
    """The symbolic links on the way to `path`, each at its real place."""
    place = Path(path.anchor)
    for part in path.absolute().parts[1:]:
        place /= part
        if place.is_symlink():
            yield place
            yield from _links(place.parent / place.readlink())
            place = place.resolve()


def _without_nested(paths: Iterable[str]) -> tuple[str, ...]:
    """`paths` in order, without those inside another."""
    kept: list[str] = []
    for path in sorted(paths):
        folder = kept[-1] if kept else ""
        inside = path.startswith(folder + os.sep) and not Path(folder).is_symlink()
        if not (folder and inside):
            kept.append(path)
    return tuple(kept)
