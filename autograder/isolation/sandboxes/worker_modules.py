"""The modules of gradus that a worker imports, copied into a folder that holds nothing else."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import framework
from framework.errors import PluginError

PACKAGE_ROOT = Path(framework.__file__).parent.parent

#: The modules of `framework` that stubs and the worker import, with all that these import in turn.
FRAMEWORK_MODULES = (
    "framework",
    "framework.arrays",
    "framework.data",
    "framework.data.formats",
    "framework.data.formats.text_file",
    "framework.data.lexicon",
    "framework.data.lexicon.entries",
    "framework.data.lexicon.synsets",
    "framework.data.vocabulary",
    "framework.errors",
    "framework.interfaces",
    "framework.kinds",
    "framework.models",
    "framework.models.conditioned",
    "framework.models.count_tables",
    "framework.models.deep_cells",
    "framework.models.parts",
    "framework.models.summed_cells",
    "framework.text_files",
)

#: Modules of the grader that run in the worker; of packages that end in a dot, all modules.
WORKER_MODULES = (
    "autograder",
    "autograder.isolation",
    "autograder.isolation.named_arrays",
    "autograder.isolation.wire",
    "autograder.isolation.worker.",
    "autograder.isolation.confine.",
)

#: The target of NumPy's arrays, which every worker has.
NUMPY_ARRAYS = "framework.interfaces:NumpyArrays"
#: What the worker imports, whatever graded code may import.
WORKER_PACKAGES = ("numpy", "msgpack")

#: Files that these modules read.
DATA_FILES = ("framework/data/lexicon/mini_lexicon.txt",)


def copy_worker_modules(folder: Path, added: Iterable[str] = (), arrays: str = "") -> None:
    """Make `folder` hold the modules of a worker, with their compiled forms.

    Args:
        folder: must not exist.
        added: modules of `framework` that graded code may also import.
        arrays: the module with the arrays of another backend; empty for NumPy's. It comes without
            the packages above it, which register a plugin.
    """
    # Paths are text, since there are hundreds: a `Path` takes longer than a link.
    places = {*map(_place_of, _own_modules()), *DATA_FILES}
    elsewhere = {}
    if arrays:
        source = _source_of(arrays)
        elsewhere[arrays.replace(".", "/") + ".py"] = str(source)
        added = [*added, *_imported(source)]
    places |= set(map(_place_of, framework_modules(added)))
    files = {place: f"{PACKAGE_ROOT}/{place}" for place in places} | elsewhere
    for parent in sorted({place.rpartition("/")[0] for place in files}):
        os.makedirs(f"{folder}/{parent}/__pycache__")  # noqa: PTH103
    for place, file in files.items():
        _copy(file, f"{folder}/{place}")


def third_party_imports(module: str) -> list[str]:
    """Return the packages that `module`, with the arrays of a backend, imports beside gradus."""
    tops = {name.partition(".")[0] for name in _imported(_source_of(module))}
    return sorted(tops - {"framework", module.partition(".")[0]} - sys.stdlib_module_names)


def framework_modules(names: Iterable[str]) -> list[str]:
    """Return the modules `names` of `framework`, all they import of it, and their packages."""
    waiting, seen = [*names], list[str]()
    while waiting:
        name = waiting.pop()
        if name and name not in seen and _is_module(name):
            seen.append(name)
            waiting += [name.rpartition(".")[0], *_imported(_file_of(name))]
    return sorted(seen)


@cache
def _own_modules() -> tuple[str, ...]:
    found = list(FRAMEWORK_MODULES)
    for name in WORKER_MODULES:
        if name.endswith("."):
            package = PACKAGE_ROOT / name.replace(".", "/")
            found += [name.rstrip("."), *(name + file.stem for file in package.glob("[!_]*.py"))]
        else:
            found.append(name)
    return tuple(found)


def _place_of(module: str) -> str:
    """Return the file of `module`, relative to the folder of gradus."""
    path = module.replace(".", "/")
    is_package = os.path.isdir(f"{PACKAGE_ROOT}/{path}")  # noqa: PTH112
    return f"{path}/__init__.py" if is_package else f"{path}.py"


def _file_of(module: str) -> Path:
    return PACKAGE_ROOT / _place_of(module)


def _is_module(name: str) -> bool:
    return name.partition(".")[0] == "framework" and _file_of(name).is_file()


def _imported(file: Path) -> Iterator[str]:
    """Yield what `file` imports at its top, modules and what may be modules in packages."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _source_of(module: str) -> Path:
    """Return the file of `module`, of gradus or of a plugin."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None or not spec.has_location:
        raise PluginError(f"the arrays of a backend, {module}, have no file that a worker can read")
    return Path(spec.origin)


def _compiled_form(file: str) -> str | None:
    """Return the compiled form of the module `file`, made if it can be; None if there is none.

    Most modules of the worker are imported in no other process, and a worker writes nothing: from
    an editable installation it would compile them in every run.
    """
    compiled = importlib.util.cache_from_source(file)
    with suppress(OSError):
        found = os.stat(compiled)  # noqa: PTH116
        if found.st_mtime_ns >= os.stat(file).st_mtime_ns:  # noqa: PTH116
            return compiled if stat.S_ISREG(found.st_mode) else None
    if sys.dont_write_bytecode or not _can_be_written(compiled):
        return None
    from compileall import compile_file

    return compiled if compile_file(file, quiet=2) else None


def _can_be_written(path: str) -> bool:
    """Return whether a file can be made at `path`, with the folders above it."""
    above = map(os.fspath, Path(path).absolute().parents)
    folder = next(filter(os.path.isdir, above), None)  # `Path.is_dir` raises some errors
    return folder is not None and os.access(folder, os.W_OK)


def _copy(file: str, target: str) -> None:
    """Copy `file` and its compiled form, with their times: the one tells whether the other is new.

    A hard link takes a tenth of the time; another file system needs a copy.
    """
    _link(file, target)
    compiled = _compiled_form(file) if file.endswith(".py") else None
    if compiled is not None:
        folder, name = os.path.dirname(target), os.path.basename(compiled)  # noqa: PTH119, PTH120
        with suppress(PermissionError):  # another user's; the worker compiles the module itself
            _link(compiled, f"{folder}/__pycache__/{name}")


def _link(file: str, target: str) -> None:
    try:
        os.link(file, target)
    except OSError:
        shutil.copy2(file, target)
