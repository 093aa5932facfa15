"""The page of all TOML files: their tables and keys, from the formats that validate them."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course.mistakes import MISTAKE_FORMAT
from autograder.course.questions.answer_keys import WRONG_ANSWER_FORMAT
from autograder.course.questions.description import QUESTION_FORMATS
from autograder.course.reading import EXERCISE_FORMAT, TIME_FORMAT, USE_FORMAT
from autograder.course.thresholds import THRESHOLD_FORMAT
from framework.course.catalogue import COURSE_FORMAT, UNIT_FORMAT
from framework.course.tasks import TASK_FORMAT
from framework.toml_tables import TYPES, Format
from framework.training.recipes import TRAIN_FORMAT
from plugins.authoring.audit.equivalents import EQUIVALENT_FORMAT
from plugins.classes.marks.point_rules import (
    FULL_POINTS_FORMAT,
    LATE_FORMAT,
    LEAVE_OUT_FORMAT,
    RULES_FORMAT,
)

#: File -> the tables that it may have.
FORMATS: dict[str, tuple[Format, ...]] = {
    "exercises/course.toml": (COURSE_FORMAT, UNIT_FORMAT),
    "exercises/UNIT/NAME/exercise.toml": (
        EXERCISE_FORMAT,
        USE_FORMAT,
        TIME_FORMAT,
        TASK_FORMAT,
        THRESHOLD_FORMAT,
        TRAIN_FORMAT,
        *QUESTION_FORMATS.values(),
    ),
    "solutions/UNIT/NAME/mistakes.toml": (MISTAKE_FORMAT, WRONG_ANSWER_FORMAT),
    "solutions/UNIT/NAME/equivalents.toml": (EQUIVALENT_FORMAT,),
    "COLLECTION/rules.toml": (
        RULES_FORMAT,
        LATE_FORMAT,
        LEAVE_OUT_FORMAT,
        FULL_POINTS_FORMAT,
    ),
}

_INTRODUCTION = """# Formats

Every TOML file of a course and of a class, with its tables and keys. A key that is unknown, missing
or of another type is an error that names the file, the line and the key. `gradus check` reads all
those of a course.
"""


def formats_page() -> str:
    """Return the page with the tables of every file."""
    return "\n".join([_INTRODUCTION, *(line for file in FORMATS for line in _file(file))])


def _file(file: str) -> Iterator[str]:
    yield f"## {file}\n"
    for table in FORMATS[file]:
        yield f"### `{table.header}`\n" if table.header else "### Top of the file\n"
        yield "| key | value | meaning |\n| --- | --- | --- |"
        for key in table.keys:
            needed = "" if key.required else ", optional"
            yield f"| `{key.name}` | {TYPES[key.kind]}{needed} | {key.meaning} |"
        yield ""
