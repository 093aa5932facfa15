"""Import of modules and their attributes, by name or by path."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from hashlib import sha256
from itertools import dropwhile
from pathlib import Path
from types import ModuleType
from typing import Any

from framework.errors import GradusError, PluginError, UsageError

_FRAMEWORK = str(Path(__file__).parent)


def import_module(target: str) -> ModuleType:
    """Return the module ``package.module``, or the one in the file ``path/to/file.py``.

    A file gets a unique module name, so that two files called ``rnn.py`` do not conflict and do not
    hide an installed module. It is executed once per process.

    Raises:
        FileNotFoundError: there is no such file.
        Exception: whatever the module raises.
    """
    if target.endswith(".py"):
        return _import_file(Path(target).resolve())
    return importlib.import_module(target)


def _import_file(path: Path) -> ModuleType:
    name = f"_gradus_{path.stem}_{sha256(str(path).encode()).hexdigest()[:12]}"
    return sys.modules[name] if name in sys.modules else execute_module(name, path)


def execute_module(name: str, file: Path) -> ModuleType:
    """Execute `file` as the module or the package `name`, and return it.

    Raises:
        UsageError: it is not a Python file.
        Exception: whatever the module raises.
    """
    search = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    # Before it is executed: it may import parts of itself, and dataclasses look it up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def place_of(error: BaseException) -> str:
    """Return the line where an import failed, as ``path/to/file.py:12``, or an empty text.

    It is the last executed line of the imported file, or of a file in its folder.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    machinery = (__file__, importlib.__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in machinery and not frame.filename.startswith("<frozen ")
    ]
    imported = list(dropwhile(lambda frame: frame.filename.startswith(_FRAMEWORK), frames))
    beside = [f for f in imported if Path(f.filename).parent == Path(imported[0].filename).parent]
    return f"{beside[-1].filename}:{beside[-1].lineno}" if beside else ""


def import_fault(error: BaseException) -> str:
    """Return the reason of a failed import, on one line: type, message and place.

    For a package that is not installed the place is left out.
    """
    is_complete = isinstance(error, GradusError | ModuleNotFoundError)
    where = "" if is_complete else place_of(error)
    return f"{in_one_line(error)} ({where})" if where else in_one_line(error)


def is_target(target: str) -> bool:
    """Tell whether `target` has the form ``module:attribute`` or ``path/to/file.py:attribute``."""
    module, _, attribute = target.rpartition(":")
    return bool(module) and attribute.isidentifier()


def load_target(target: str) -> Any:
    """Import the target ``module:attribute`` or ``path/to/file.py:attribute`` of a plugin.

    Raises:
        PluginError: it is not there, or cannot be imported.
    """
    module, _, attribute = target.rpartition(":")
    try:
        return getattr(import_module(module), attribute)
    except Exception as error:
        raise PluginError(f"{target} cannot be imported: {import_fault(error)}") from error


def in_one_line(error: BaseException) -> str:
    """Return the message of `error` on one line, with its type if it is no `GradusError`."""
    name = "" if isinstance(error, GradusError) else f"{type(error).__name__}: "
    return " ".join(f"{name}{error}".split())
