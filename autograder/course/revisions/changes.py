"""What changed for grades between two revisions of a course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.course.revisions.facts import ExerciseFacts, Revision

#: Fact -> what is said where it differs.
_CONTENTS = {
    "code": "the code of its checks",
    "solution": "its solution, which the reference's answers come from",
    "settings": "its time limits, tasks, requirements, packages or questions",
}


def changes(old: Revision, new: Revision) -> Iterator[str]:
    """Yield a line for each change that may move a grade; none if there is none."""
    for name in old.exercises:
        if name not in new.exercises:
            yield f"{name}: removed, with {old.exercises[name].points} points"
    for name, facts in new.exercises.items():
        if name not in old.exercises:
            yield f"{name}: added, with {facts.points} points"
        else:
            yield from (f"{name}: {text}" for text in _of_one(old.exercises[name], facts))


def _of_one(old: ExerciseFacts, new: ExerciseFacts) -> Iterator[str]:
    if old.points != new.points:
        yield f"points {old.points} -> {new.points}"
    yield from _of_table("check", old.checks, new.checks, " points")
    yield from _of_table("threshold", old.thresholds, new.thresholds)
    for fact, text in _CONTENTS.items():
        if getattr(old, fact) != getattr(new, fact):
            yield f"{text} changed"


def _of_table(
    what: str, old: Mapping[str, float], new: Mapping[str, float], unit: str = ""
) -> Iterator[str]:
    for name in old:
        if name not in new:
            yield f"{what} {name} removed ({old[name]:g}{unit})"
    for name, value in new.items():
        if name not in old:
            yield f"{what} {name} added ({value:g}{unit})"
        elif old[name] != value:
            yield f"{what} {name} {old[name]:g} -> {value:g}{unit}"
