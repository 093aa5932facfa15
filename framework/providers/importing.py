"""Importing modules by name or by path."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType


def import_module(target: str) -> ModuleType:
    """The module ``package.module``, or the one in the file ``path/to/file.py``.

    A file gets a module name of its own: two files called ``rnn.py`` stay apart, and neither hides
    an installed module. It is executed once per process.

    Raises:
        FileNotFoundError: there is no such file.
        Exception: whatever the module raises.
    """
    if target.endswith(".py"):
        return _import_file(Path(target).resolve())
    return importlib.import_module(target)


def _import_file(path: Path) -> ModuleType:
    name = f"_gradus_{path.stem}_{sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    # Before it is executed: dataclasses look their own module up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
