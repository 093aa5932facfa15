"""What graded code may import, and the modules of gradus that a worker imports.

They are copied into a folder that holds nothing else: files of other imports are not there.
"""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import framework
from framework.errors import PluginError

PACKAGE_ROOT = Path(framework.__file__).parent.parent

#: Packages that every submission may import, beside the standard library.
PACKAGES = ("numpy", "matplotlib", "mpl_toolkits")

#: The modules of `framework` that stubs import, and the names that they import of each.
FRAMEWORK: dict[str, tuple[str, ...]] = {
    "framework.data.lexicon": ("Lexicon",),
    "framework.interfaces": (
        *("Array", "LanguageModel", "Loss", "Model", "Optimizer"),
        *("Parameters", "Penalty", "Schedule", "Transform"),
    ),
    "framework.models.conditioned": ("Conditioned",),
    "framework.models.count_models": ("CountModel",),
    "framework.models.parts": ("part",),
}

#: Replaces the names of a module: all of them may be imported.
EVERYTHING: tuple[str, ...] = ("*",)

#: Files of gradus that a worker has, beside the modules of `framework` that graded code imports.
#: The worker itself imports no others of these.
WORKER_FILES = (
    "autograder/__init__.py",
    "autograder/sandbox/__init__.py",
    "autograder/sandbox/wire.py",
    "autograder/sandbox/worker/*.py",
    "autograder/sandbox/confine/*.py",
    "framework/data/lexicon/mini_lexicon.txt",
)

#: The target of NumPy's arrays.
NUMPY_ARRAYS = "framework.interfaces:NumpyArrays"
#: What the worker imports, whatever graded code may import.
WORKER_PACKAGES = ("numpy", "msgpack")


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


def copy_worker_modules(
    folder: Path, added: Iterable[str] = (), arrays: str = NUMPY_ARRAYS
) -> None:
    """Make a new `folder` with the modules of a worker.

    Args:
        added: modules of `framework` that graded code may also import.
        arrays: target of the backend's arrays. Their module comes without the packages above it,
            which register a plugin.
    """
    module = arrays.partition(":")[0]
    source = _source_of(module)
    needed = framework_modules(*FRAMEWORK, *added, *_imported(source))
    files = [PACKAGE_ROOT / _place_of(name) for name in needed]
    files += [file for pattern in WORKER_FILES for file in PACKAGE_ROOT.glob(pattern)]
    copies = {file.relative_to(PACKAGE_ROOT): file for file in files}
    copies[Path(f"{module.replace('.', '/')}.py")] = source
    for name, file in copies.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def third_party_imports(arrays: str) -> list[str]:
    """Return the packages that the module of a backend's `arrays` imports beside gradus."""
    module = arrays.partition(":")[0]
    tops = {name.partition(".")[0] for name in _imported(_source_of(module))}
    return sorted(tops - {"framework", module.partition(".")[0]} - sys.stdlib_module_names)


@cache
def framework_modules(*names: str) -> list[str]:
    """Return the modules `names` of `framework`, all they import of it, and their packages."""
    waiting, seen = [*names], list[str]()
    while waiting:
        name = waiting.pop()
        file = PACKAGE_ROOT / _place_of(name)
        if name.partition(".")[0] == "framework" and name not in seen and file.is_file():
            seen.append(name)
            waiting += [name.rpartition(".")[0], *_imported(file)]
    return sorted(seen)


def _place_of(module: str) -> str:
    """Return the file of `module`, relative to the folder of gradus."""
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (PACKAGE_ROOT / path).is_dir() else f"{path}.py"


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
