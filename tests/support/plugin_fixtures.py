"""Plugins for tests: installed ones are fake distributions, so that nothing has to run pip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from framework.course.catalogue import Catalogue

IMPORTS = """from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation
from framework.data.corpus_entry import CorpusEntry
"""

__all__ = ["install", "reviews", "spec", "write", "write_course"]

#: A reader of students' work that offers one part, from ``written.py``.
READER = """
@hookimpl
def student_implementations(folder):
    return [Implementation({kind!r}, {name!r}, "student", f"{{folder / 'written.py'}}:{target}")]
"""


def reader(kind: str, name: str, target: str) -> str:
    """Return a plugin that offers `target` of a student's ``written.py`` as a part."""
    return IMPORTS + READER.format(kind=kind, name=name, target=target)


Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a module as a plugin: ``install(module, source, entry=..., distribution=...)``."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def do(module: str, source: str, entry: str = "", distribution: str = "") -> None:
        (site / f"{module}.py").write_text(IMPORTS + source)
        name = distribution or f"gradus-{module}"
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[gradus]\n{entry or module} = {module}\n")

    return do


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Write a plugin as a file: ``write(name, source)`` returns its path for ``--plugin``."""

    def do(name: str, source: str) -> str:
        path = tmp_path / f"{name}.py"
        path.write_text(IMPORTS + source)
        return str(path)

    return do


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and as plugins the backends and the lectures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "framework.providers.plugin_sources.BUILT_IN",
        {
            "numpy_reference": "plugins.numpy_reference",
            "torch_backend": "plugins.torch_backend",
            "lectures": "plugins.lectures.plugin",
        },
    )
    return tmp_path


COURSE = '[[units]]\nname = "unit"\ntitle = "A unit"\nexercises = [{exercises}]\n'
TOTAL = '[[tasks]]\nname = "total"\nkind = "function"\n'


@pytest.fixture
def write_course(tmp_path: Path) -> Callable[..., Catalogue]:
    """`write_course("one", sums="def total(): ...")`: a course of one unit with these solutions.

    `tasks` maps exercises to their tables [[tasks]], by default one for a function `total`.
    """

    def put(file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def write_course(
        name: str, *, tasks: dict[str, str] | None = None, **solutions: str
    ) -> Catalogue:
        root = tmp_path / name
        listed = ", ".join(f'"{exercise}"' for exercise in solutions)
        put(root / "exercises/course.toml", COURSE.format(exercises=listed))
        for exercise, source in solutions.items():
            table = (tasks or {}).get(exercise, TOTAL)
            put(root / f"exercises/unit/{exercise}/exercise.toml", table)
            put(root / f"solutions/unit/{exercise}/{exercise}.py", source)
        return Catalogue.read(root)

    return write_course


@pytest.fixture
def reviews():
    """A corpus of sixty short texts with a label in front: good ones first."""
    good = [f"1 a {w} film\n" for w in ("good", "fine", "great")] * 10
    bad = [f"0 a {w} film\n" for w in ("bad", "dull", "sad")] * 10
    return "".join(good + bad)
