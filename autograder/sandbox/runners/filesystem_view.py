"""What the worker of one run needs to see: Python, the packages, itself and the submission."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Set
from functools import cache
from itertools import chain
from pathlib import Path

from autograder.sandbox.confine import FilesystemView

#: Where the system keeps shared libraries, and the dynamic loader what it knows about them.
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")

#: The number of processors, which some libraries read.
PROCESSORS = ("/sys/devices/system/cpu",)

#: Folders that the driver of a GPU reads; granted only with devices.
DRIVER = ("/sys/bus/pci", "/sys/devices", "/sys/module/nvidia", "/etc/nvidia")

#: Entries of a folder with gradus that the worker must not see.
HIDDEN = (".git", "autograder", "exercises", "plugins", "solutions", "tests")

#: Names of the folders of installed packages.
PACKAGE_FOLDERS = ("site-packages", "dist-packages")

#: Where the standard library keeps archives of packages.
BUNDLED_PACKAGES = "ensurepip/_bundled"


def build_view(
    files: Iterable[Path], scratch: Path, devices: Iterable[Path] = ()
) -> FilesystemView:
    """Everything that the worker of one run may see.

    Installed packages that are not among `files` stay hidden, also those in folders of the system
    and of Python. So do solutions, tests and the grader, where the folder of a submission or of
    packages holds them.

    Args:
        files: files and folders in addition to Python and the system's libraries.
        scratch: an existing empty folder, which the worker may write to.
        devices: device files, as those of a GPU.
    """
    device_files = tuple(map(str, devices))
    wanted = [*_python(), *map(Path, (*SYSTEM, *PROCESSORS)), *files]
    wanted += map(Path, DRIVER if device_files else ())
    real = {path: os.path.realpath(path) for path in wanted if _exists(path)}
    links = {str(link) for path in wanted for link in _links(path, real.get(path))}
    granted = {*real.values(), *links}
    hidden = _hidden(map(Path, set(real.values())), granted)
    shown = tuple(path for path in sorted(granted) if not _is_shown_anyway(path, granted, hidden))
    return FilesystemView(shown, str(scratch.resolve()), hidden, device_files)


def interpreter() -> str:
    """Return the Python program to start a worker with, not the link of an environment."""
    base: str = getattr(sys, "_base_executable", "") or sys.executable
    return str(Path(base).resolve())


def site_folders() -> list[Path]:
    """Return the folders of packages on this process's search path."""
    return [path for path in map(Path, sys.path) if path.name in PACKAGE_FOLDERS and path.is_dir()]


def _python() -> Iterator[Path]:
    """Yield the interpreter, its standard library and its shared library."""
    yield Path(interpreter())
    yield from _libraries()
    folder, library = (sysconfig.get_config_var(name) for name in ("LIBDIR", "INSTSONAME"))
    if folder and library:
        yield Path(folder, library)


def _libraries() -> list[Path]:
    """Return the folders of the standard library."""
    names, base = ("stdlib", "platstdlib"), {"platbase": sys.base_exec_prefix}
    return [Path(sysconfig.get_path(name, vars=base)) for name in names]


def _hidden(roots: Iterable[Path], granted: Set[str]) -> tuple[str, ...]:
    """Return what would be seen and must not be: folders of packages, and parts of gradus."""
    parts = {str(root / name) for root in roots if _has_gradus(root) for name in HIDDEN}
    parts |= set(_package_folders())
    parts = {part for part in parts if part not in granted and Path(part).is_dir()}
    return tuple(sorted(part for part in parts if _nearest(part, granted | parts) in granted))


@cache
def _package_folders() -> tuple[str, ...]:
    """Return the folders of packages inside of Python's and the system's own folders."""
    system = {path.resolve() for path in map(Path, SYSTEM) if _exists(path)}
    inside = [folder.glob(f"python*/{name}") for folder in system for name in PACKAGE_FOLDERS]
    names = (*PACKAGE_FOLDERS, BUNDLED_PACKAGES)
    own = {Path(library, name) for library in _libraries() for name in names}
    return tuple(sorted(str(path.resolve()) for path in (*own, *chain(*inside))))


def _nearest(path: str, folders: Set[str]) -> str:
    """Return the innermost of `folders` that `path` lies in; empty where it lies in none."""
    above = (folder for folder in folders if _is_inside(path, folder))
    return max(above, key=len, default="")


def _has_gradus(folder: Path) -> bool:
    """Return whether the grader is in `folder`, and not the modules of a worker alone."""
    return _exists(folder / "autograder" / "checks")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # the worker cannot be shown what the host cannot see
        return False


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _is_shown_anyway(path: str, granted: Set[str], hidden: Iterable[str]) -> bool:
    """Return whether another grant shows `path` already, with nothing hidden in between."""
    above = [folder for folder in granted if _is_inside(path, folder)]
    between = [inner for inner in hidden if _is_inside(path, inner)]
    return any(not any(_is_inside(inner, folder) for inner in between) for folder in above)


def _links(path: Path, real: str | None = None) -> Iterator[Path]:
    """Yield the symbolic links on the way to `path`, each at its real place.

    Args:
        real: where the path leads; None if it is not known.
    """
    absolute = path.absolute()
    if (real or os.path.realpath(absolute)) == str(absolute):  # the usual case
        return
    current = Path(path.anchor)
    for part in absolute.parts[1:]:
        current /= part
        if _exists(current) and current.is_symlink():
            yield current
            yield from _links(current.parent / current.readlink())
            current = current.resolve()
