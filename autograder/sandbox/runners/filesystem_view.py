"""What the worker of one run needs to see: Python, the packages, itself and the submission.

The last functions remove what the submission wrote, however it nested it.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

from autograder.sandbox.confine import FilesystemView
from framework.errors import BadInputError

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

#: The ends of the names of folders with the metadata of packages.
_INFORMATION = (".dist-info", ".egg-info")


def build_view(
    files: Iterable[Path], scratch: Path, devices: Iterable[Path] = ()
) -> FilesystemView:
    """Return everything that the worker of one run may see.

    Installed packages that are not among `files` stay hidden, also those in folders of the system
    and of Python. So do solutions, tests and the grader, where the folder of a submission or of
    packages holds them.

    Args:
        files: files and folders in addition to Python and the system's libraries.
        scratch: an existing empty folder.
    """
    device_files = tuple(map(str, devices))
    folder, library = (sysconfig.get_config_var(name) for name in ("LIBDIR", "INSTSONAME"))
    python = [Path(interpreter()), *_libraries()]
    python += [Path(folder, library)] if folder and library else []
    wanted = [*python, *map(Path, (*SYSTEM, *PROCESSORS)), *files]
    wanted += map(Path, DRIVER if device_files else ())
    real = {path: os.path.realpath(path) for path in wanted if _exists(path)}
    links = {str(link) for path in wanted for link in _links(path)}
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


def _libraries() -> list[Path]:
    names, base = ("stdlib", "platstdlib"), {"platbase": sys.base_exec_prefix}
    return [Path(sysconfig.get_path(name, vars=base)) for name in names]


def _hidden(roots: Iterable[Path], granted: Set[str]) -> tuple[str, ...]:
    """Return what would be seen and must not be: folders of packages, and parts of gradus."""
    # The modules of a worker alone are no grader.
    with_grader = [root for root in roots if _exists(root / "autograder" / "checks")]
    parts = {str(root / name) for root in with_grader for name in HIDDEN} | set(_package_folders())
    parts = {part for part in parts if part not in granted and Path(part).is_dir()}

    def innermost(path: str) -> str:
        above = (folder for folder in granted | parts if _is_inside(path, folder))
        return max(above, key=len, default="")

    return tuple(sorted(part for part in parts if innermost(part) in granted))


@cache
def _package_folders() -> tuple[str, ...]:
    """Return the folders of packages inside of Python's and the system's own folders."""
    system = {path.resolve() for path in map(Path, SYSTEM) if _exists(path)}
    inside = [folder.glob(f"python*/{name}") for folder in system for name in PACKAGE_FOLDERS]
    names = (*PACKAGE_FOLDERS, BUNDLED_PACKAGES)
    own = {Path(library, name) for library in _libraries() for name in names}
    return tuple(sorted(str(path.resolve()) for path in (*own, *chain(*inside))))


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


def _links(path: Path) -> Iterator[Path]:
    """Yield the symbolic links on the way to `path`, each at its real place."""
    absolute = path.absolute()
    if os.path.realpath(absolute) == str(absolute):  # the usual case
        return
    current = Path(path.anchor)
    for part in absolute.parts[1:]:
        current /= part
        if _exists(current) and current.is_symlink():
            yield current
            yield from _links(current.parent / current.readlink())
            current = current.resolve()


@dataclass
class InstalledPackages:
    """Files of installed packages, for a worker that is shown these and no others."""

    #: Import name -> its file, ``__init__.py`` or the folder of a namespace package.
    modules: dict[str, str] = field(default_factory=dict)
    #: The folders ``*.dist-info``.
    metadata: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Take in `path`, an entry of a folder of packages."""
        self.files.append(path)
        if path.suffix in _INFORMATION:
            self.metadata.append(str(path))
            return
        name, inner = path.name.partition(".")[0], path / "__init__.py"
        is_module = path.suffix in (".py", ".so", ".pyd") or (path.is_dir() and not path.suffix)
        if is_module and name.isidentifier():
            self.modules[name] = str(inner if inner.is_file() else path)


@cache
def installed_packages(names: tuple[str, ...]) -> InstalledPackages:
    """Return the files of the packages with these import names, and of all that they require."""
    packages, seen = InstalledPackages(), set[str]()
    waiting = [_distribution(name) for name in names]
    while waiting:
        distribution = waiting.pop()
        if distribution.name not in seen:
            seen.add(distribution.name)
            waiting += _required(distribution)
            for path in _entries(distribution):
                packages.add(path)
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or name in packages.modules:
            continue
        # An editable installation lists no modules.
        folders = list(spec.submodule_search_locations or ())[:1]
        for location in folders or ([spec.origin] if spec.origin else []):
            packages.add(Path(location))
    return packages


def is_installed(name: str) -> bool:
    """Return whether there is a package with the import name `name`."""
    return importlib.util.find_spec(name) is not None


def _distribution(name: str) -> metadata.Distribution:
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


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Yield a new folder, which `remove_scratch` removes at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        remove_scratch(folder)


def remove_scratch(folder: Path) -> None:
    """Remove `folder` and everything in it, as far as the system lets us.

    An interrupt that comes meanwhile is raised after the removal.
    """
    try:
        _remove(folder)
    except BaseException:
        _remove(folder)
        raise


def _remove(folder: Path) -> None:
    """Remove `folder`: each folder in it is moved to the top before it is emptied.

    `shutil.rmtree` calls itself for every level, and a path has a greatest length: folders within
    folders would end the grader. Neither it nor `rm` empties a folder that was made unreadable.
    """
    top = os.fspath(folder)  # text: `Path` would take as long as the system does
    prefix = os.path.join(top, secrets.token_hex(8))  # noqa: PTH118
    waiting, moved = [top], 0
    while waiting:
        current = waiting.pop()
        with suppress(OSError):
            os.chmod(current, 0o700)  # noqa: PTH101
        for inner in _emptied(current):
            moved += 1
            target = f"{prefix}-{moved}"
            with suppress(OSError):
                os.rename(inner, target)  # noqa: PTH104
                waiting.append(target)
        if current != top:
            with suppress(OSError):
                os.rmdir(current)  # noqa: PTH106
    with suppress(OSError):
        os.rmdir(top)  # noqa: PTH106


def empty_scratch(folder: Path) -> None:
    """Remove everything in `folder`; it may be gone."""
    with suppress(OSError):
        if next(folder.iterdir(), None) is not None:
            remove_scratch(folder)
            folder.mkdir(mode=0o700, exist_ok=True)


def _emptied(folder: str) -> list[str]:
    """Return the folders that are left in `folder` once its files are gone."""
    inner = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
            else:
                with suppress(OSError):
                    os.unlink(entry)  # noqa: PTH108
    return inner
