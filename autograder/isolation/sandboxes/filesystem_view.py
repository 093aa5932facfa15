"""What the worker of one run needs to see: Python, the packages, itself and the submission."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from autograder.isolation.confine import FilesystemView

#: Where the system keeps shared libraries, and the dynamic loader what it knows about them.
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")

#: How many processors there are, for those libraries that ask.
PROCESSORS = ("/sys/devices/system/cpu",)

#: What a GPU's driver reads, granted along with devices only.
DRIVER = ("/sys/bus/pci", "/sys/devices", "/sys/module/nvidia", "/etc/nvidia")

#: What a folder with gradus in it holds besides what the worker may see.
HIDDEN = (".git", "autograder", "exercises", "plugins", "solutions", "tests")

#: What the worker imports of gradus, below the folder that holds the packages.
WORKER_FILES = (
    "autograder/__init__.py",
    "autograder/isolation/__init__.py",
    "autograder/isolation/wire.py",
)
WORKER_FOLDERS = ("framework", "autograder/isolation/worker", "autograder/isolation/confine")


def build_view(
    package_root: Path,
    site_packages: Iterable[Path],
    extra_read_only: Iterable[Path],
    scratch: Path,
    devices: Iterable[Path] = (),
) -> FilesystemView:
    """Everything that the worker of one run may see.

    Solutions, tests and the grader stay hidden also where they are installed among the
    environment's packages, or where the submission's folder holds them.

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
    links = {str(link) for path in wanted for link in _links(path)}
    granted = {str(path.resolve()) for path in wanted if _exists(path)} | links
    hidden = _hidden([package_root, *wanted], granted)
    shown = tuple(path for path in sorted(granted) if not _is_shown_anyway(path, granted, hidden))
    return FilesystemView(shown, str(scratch.resolve()), hidden, device_files)


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


def _hidden(folders: Iterable[Path], granted: Set[str]) -> tuple[str, ...]:
    """What would be seen and must not be: parts of all installations of gradus, there or below."""
    roots = {folder.resolve() for folder in folders if _exists(folder)}
    roots |= {root / name for root in roots for name in ("site-packages", "dist-packages")}
    parts = [str(root / name) for root in roots if _has_gradus(root) for name in HIDDEN]
    inside = [part for part in parts if any(_is_inside(part, folder) for folder in granted)]
    return tuple(sorted(part for part in inside if part not in granted and Path(part).is_dir()))


def _has_gradus(folder: Path) -> bool:
    return _exists(folder / "autograder" / "isolation")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # what we cannot see ourselves, we cannot show
        return False


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _is_shown_anyway(path: str, granted: Set[str], hidden: Iterable[str]) -> bool:
    """Whether another grant shows `path` already, with nothing hidden in between."""
    above = [folder for folder in granted if _is_inside(path, folder)]
    between = [place for place in hidden if _is_inside(path, place)]
    return any(not any(_is_inside(place, folder) for place in between) for folder in above)


def _links(path: Path) -> Iterator[Path]:
    """The symbolic links on the way to `path`, each at its real place."""
    place = Path(path.anchor)
    for part in path.absolute().parts[1:]:
        place /= part
        if _exists(place) and place.is_symlink():
            yield place
            yield from _links(place.parent / place.readlink())
            place = place.resolve()
