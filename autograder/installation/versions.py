"""Versions: of gradus, Python, the system, and the packages that gradus declares."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import Requirement

import framework
from autograder.installation.facts import Fact
from framework.threads import threads_in_words

#: Extras that only the project's own development needs.
_DEVELOPMENT = ("dev", "benchmarks")


def version_facts() -> Iterator[Fact]:
    """Yield the versions; a declared package that is missing or too old is a problem."""
    yield _gradus()
    yield Fact("python", f"{platform.python_version()}, {sys.executable}")
    yield Fact("system", f"{platform.platform()}, {os.cpu_count()} processors")
    for extra, requirement in _declared():
        yield _package(extra, requirement)
    yield Fact("linear algebra", _linear_algebra())


def _gradus() -> Fact:
    folder = Path(framework.__file__).parents[1]
    value = f"{framework.__version__}, {folder}"
    try:
        recorded = metadata.version(framework.DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return Fact("gradus", f"{value} (not installed: found on Python's search path)")
    if recorded == framework.__version__:
        return Fact("gradus", value)
    return Fact(
        "gradus",
        value,
        f"the installed metadata says {recorded}: install it again with `pip install -e {folder}`",
    )


def _declared() -> Iterator[tuple[str, Requirement]]:
    """Yield each package that gradus declares, with the extra that it belongs to, if any."""
    try:
        declared = metadata.requires(framework.DISTRIBUTION) or []
        extras = metadata.metadata(framework.DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, declared):
        if _holds(requirement, ""):
            yield "", requirement
            continue
        for extra in extras:
            if extra not in _DEVELOPMENT and _holds(requirement, extra):
                yield extra, requirement


def _holds(requirement: Requirement, extra: str) -> bool:
    """Return whether the marker of `requirement` holds on this system with this `extra`."""
    try:
        return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
    except UndefinedEnvironmentName:
        return False


def _package(extra: str, requirement: Requirement) -> Fact:
    name, wanted = requirement.name, str(requirement.specifier)
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return _missing(name, wanted, extra)
    value = f"{version} (needs {wanted})" if wanted else version
    if requirement.specifier.contains(version, prereleases=True):
        return Fact(name, value)
    return Fact(name, value, f"{version} is too old: `pip install '{name}{wanted}'`")


def _missing(name: str, wanted: str, extra: str) -> Fact:
    if extra:
        command = f"`pip install '{framework.DISTRIBUTION}[{extra}]'` installs it"
        return Fact(name, f"not installed, optional: {command}")
    return Fact(name, "not installed", f"gradus needs it: `pip install '{name}{wanted}'`")


def _linear_algebra() -> str:
    """Return the library behind NumPy's matrix products, and the vector instructions in use."""
    import numpy as np

    described = np.show_config(mode="dicts")
    library = described.get("Build Dependencies", {}).get("blas", {})
    found = described.get("SIMD Extensions", {}).get("found", [])
    name = f"{library.get('name', 'unknown')} {library.get('version', '')}".strip()
    return f"{name}, SIMD {' '.join(found) or 'baseline'}, {threads_in_words()}"
