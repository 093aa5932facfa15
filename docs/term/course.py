"""The course of the term: six exercises, a check that is wrong, and its correction."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course.reading import Course, find_course

#: The exercises by their units, in the order of the weeks.
UNITS = {
    "word_vectors": ("one_hot",),
    "neural_networks": ("neuron", "activations", "losses"),
    "convolution": ("pooling",),
    "gated_rnns": ("gradient_clipping",),
}
_TITLE = """name = "nlp-2026"
version = "{version}"
"""
_UNIT = """
[[units]]
name = "{name}"
title = "{title}"
exercises = [{exercises}]
"""
#: A line of a hidden check of `pooling`, and what the wrong check adds: an average has to agree in
#: each bit.
_LINE = "    pair.same_forward(rng.normal(size=(3, 8, 3)), rng.random((3, 8)) < 0.5)\n"
_ADDED = """    texts = np.linspace(0.1, 2.4, 72).reshape(3, 8, 3)
    pair.same_forward(texts, np.arange(24).reshape(3, 8) % 3 > 0, rtol=0.0)
"""


def make_course(folder: Path) -> Course:
    """Write the course, with its wrong check, into `folder`."""
    public = find_course(Path(__file__).parent)
    titles = {unit.name: unit.title for unit in public.units}
    parts = [_TITLE.format(version="1")]
    for unit, names in UNITS.items():
        listed = ", ".join(f'"{name}"' for name in names)
        parts.append(_UNIT.format(name=unit, title=titles[unit], exercises=listed))
        for name in names:
            for top in ("exercises", "solutions"):
                exercise = Path(top, unit, name)
                shutil.copytree(public.root / exercise, folder / exercise, ignore=_CACHES)
    (folder / "exercises" / "course.toml").write_text("".join(parts), "utf-8")
    _replace(_check_file(folder), _LINE, _LINE + _ADDED)
    return Course.read(folder)


_CACHES = shutil.ignore_patterns("__pycache__")


def mend_check(folder: Path) -> None:
    """Correct the check, and give the course another version."""
    _replace(_check_file(folder), _ADDED, "")
    _replace(folder / "exercises" / "course.toml", 'version = "1"', 'version = "2"')


def _check_file(folder: Path) -> Path:
    return folder / "solutions/convolution/pooling/test_pooling_hidden.py"


def _replace(file: Path, find: str, text: str) -> None:
    source = file.read_text("utf-8")
    assert source.count(find) == 1, f"{file}: {find!r} occurs {source.count(find)} times"
    file.write_text(source.replace(find, text), "utf-8")


#: A right average that rounds in another way, in the words of the solution of `pooling`.
_AVERAGE = "        return (x * self._shares).sum(axis=1)\n"
_OTHER_AVERAGE = "        return (np.where(words, x, 0).sum(axis=1) / n[:, 0]).astype(x.dtype)\n"


def rounds_otherwise(solution: str) -> str:
    """Return a right answer to `pooling` that the wrong check refuses."""
    assert solution.count(_AVERAGE) == 1
    return solution.replace(_AVERAGE, _OTHER_AVERAGE)
