import builtins
import ctypes
import gc
import importlib
import importlib.machinery
import importlib.util
import pkgutil
import runpy
import subprocess
import sys
import sysconfig
import zipimport
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np

#: Forbidden modules: packages of the environment, and computing modules of the framework.
PACKAGES = ("pytest", "_pytest", "pluggy", "rich", "pip", "setuptools", "torch", "nltk", "gensim")
FRAMEWORK = ("framework.evaluation.metrics", "framework.training")
GRADER = ("autograder.checks", "autograder.sandbox.session.calls", "plugins.numpy_reference")
NAMES = (*PACKAGES, *FRAMEWORK, *GRADER)

ROOT = "@ROOT@"
SITE = str(Path(np.__file__).parents[1])
FOLDERS = [
    SITE,
    ROOT,
    *(sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")),
    *map(str, Path("/usr/lib").glob("python3*/*-packages")),
    *(f"{sys.base_prefix}/lib/python3.{minor}/site-packages" for minor in range(8, 16)),
    *(f"/proc/{pid}/root{SITE}" for pid in ("1", "self", "thread-self")),
    str(Path("~/.local/lib").expanduser()),
]
FILES = [Path(folder, *name.split(".")) for folder in FOLDERS for name in NAMES]
FILES = [path for file in FILES for path in (file / "__init__.py", file.with_suffix(".py"))]


def importing(search):
    """Import by whatever the machinery has, with the search path and the finders of our choice."""
    for name in NAMES:
        for find in (importlib.import_module, builtins.__import__, __import__, runpy.run_module):
            with suppress(ImportError, OSError):
                yield find(name)
        with suppress(ImportError, OSError):
            yield importlib.machinery.PathFinder.find_spec(name.partition(".")[0], search)


def with_another_search_path():
    finders, path = sys.meta_path[:], sys.path[:]
    sys.path += FOLDERS
    importlib.invalidate_caches()
    yield from importing(FOLDERS)
    sys.meta_path[:] = [importlib.machinery.PathFinder]
    sys.path_importer_cache.clear()
    yield from importing(FOLDERS)
    sys.meta_path[:], sys.path[:] = finders, path


def by_file():
    """Load files by their place, and run what can be read of them."""
    for path in FILES:
        with suppress(ImportError, OSError):
            spec = importlib.util.spec_from_file_location(path.parent.name, path)
            yield importlib.util.module_from_spec(spec) and spec.loader.load_module()
        with suppress(OSError):
            exec(path.read_text("utf-8"), {})
            yield path
        with suppress(OSError):
            yield runpy.run_path(str(path))


def by_listing():
    """Whatever folders, metadata and archives name."""
    for finder, name, _ in pkgutil.iter_modules([SITE, ROOT, *sys.path]):
        if name in NAMES:
            yield finder, name
    for distribution in metadata.distributions(path=FOLDERS):
        if distribution.metadata["Name"] not in ("numpy", "msgpack"):
            yield distribution
    for folder in FOLDERS:
        with suppress(OSError):
            for archive in map(str, Path(folder, "ensurepip").rglob("*.whl")):
                for name in PACKAGES:
                    with suppress(ImportError):
                        yield zipimport.zipimporter(archive).load_module(name)


def by_memory():
    """Functions of modules that the process itself has loaded."""
    gc.unfreeze()
    for found in gc.get_objects():
        if type(found).__name__ == "function" and found.__module__ in NAMES:
            yield found
    for name in NAMES:
        if name in sys.modules:
            yield sys.modules[name]


def by_the_system():
    """Another Python, and a library loaded by hand."""
    code = "import pytest; print(3)"
    for program in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with suppress(OSError, subprocess.SubprocessError):
            yield subprocess.run([program, "-c", code], check=True)
    for library in ("libtorch.so", "libtorch_cpu.so", "libopenblas64_.so"):
        for place in (f"{SITE}/torch/lib/{library}", library):
            with suppress(OSError):
                yield ctypes.CDLL(place)


def attacked(x):
    ways = (with_another_search_path, by_file, by_listing, by_memory, by_the_system)
    found = [thing for way in ways for thing in way() if thing is not None]
    for thing in found:
        print(thing)
    return np.sqrt(x**2 + 1) if found else x
