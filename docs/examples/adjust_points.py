"""A rule of a course: the first late day is free, each later one costs 2 points."""

from dataclasses import replace

from framework.hookspecs import hookimpl
from plugins.classes.marks.final_points import ExercisePoints, StudentPoints


def late(exercise: ExercisePoints) -> ExercisePoints:
    """Return the points of one exercise with the penalty."""
    days = exercise.days_late or 0
    if days < 2:
        return exercise
    return exercise.changed(max(exercise.earned - 2 * (days - 1), 0.0), f"{days} days late")


@hookimpl
def adjust_points(points: StudentPoints) -> StudentPoints:
    """Apply the rule to each exercise."""
    return replace(points, exercises=tuple(map(late, points.exercises)))
