"""A report for programs: JSON whose schema follows from the classes below.

`python -m autograder.reports.json_report` prints the schema. The same submission, seed and versions
give the same bytes, apart from times: the fields named ``seconds``, tables of checks that show
some, and the place in its own code where a call was when its time was over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from inspect import cleandoc
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from autograder.judging.blocking import Waiting, waiting
from autograder.reports.hiding import for_student
from autograder.results.findings.check_texts import PrintedText, ShownTable, WrittenAnswer
from autograder.results.findings.figures import Cells, Curve, Plot
from autograder.results.findings.finding import Finding
from autograder.results.report import Diagnosis, Fact, Provenance, Report
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict
from framework.errors import BadInputError

#: Raised when a field changes its meaning or goes; a new field leaves it as it is.
SCHEMA: Final = "gradus-report/3"

_KINDS = (Cells, Curve, Plot, PrintedText, ShownTable, WrittenAnswer)
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters that a terminal obeys, or that turn the direction of the text around, unseen.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

_Points = Annotated[float, Meta(ge=0)]
_Seconds = Annotated[float, Meta(ge=0, description="Wall time; equal runs differ in it.")]


def _described(description: str) -> Meta:
    return Meta(description=description)


class JsonResult(msgspec.Struct, kw_only=True):
    """What a report, an exercise, a task and a check have in common."""

    verdict: Annotated[Verdict, _described(f"From best to worst: {', '.join(Verdict)}.")]
    earned: Annotated[_Points, _described("By checks that passed, or given by an instructor.")]
    possible: Annotated[_Points, _described("Points that can be earned, with open points.")]
    not_graded: Annotated[
        _Points, _described("Open points: neither earned nor lost, by a fault of the grader.")
    ]
    for_a_person: Annotated[
        _Points, _described("Open points of answers that an instructor has not read yet.")
    ]


class JsonFinding(msgspec.Struct):
    """What a check shows in addition to its verdict. Plugins and courses add other kinds."""

    kind: str
    heading: str
    data: Annotated[
        dict[str, Any],
        _described("See " + ", ".join(f"{kind.__name__} for {kind.kind}" for kind in _KINDS)),
    ]


class JsonCheck(JsonResult, kw_only=True):
    """One check. Of a hidden check, students see titles, points, verdict and hint alone."""

    id: Annotated[str, _described("The test, as in test_rnn.py::test_forward.")]
    title: str
    task: str
    hidden: bool
    points: Annotated[_Points, _described("What it is worth.")]
    awarded: Annotated[
        float | None, _described("Points of an instructor; null if a program decides.")
    ]
    blocked_by: Annotated[
        str, _described("The exercise, or the task of this exercise, that it waits for.")
    ]
    message: Annotated[str, _described("One sentence for the student; empty when passed.")]
    details: Annotated[list[str], _described("Shapes, the worst entry with both values.")]
    method: Annotated[str, _described("The method at fault; empty if there are several.")]
    fact: Fact
    call: Annotated[str, _described("The call of that method that shows it, with shapes.")]
    arguments: Annotated[list[str], _described("Its small arrays, with their values.")]
    frames: Annotated[list[Frame], _described("Lines of the submission, outermost first.")]
    hint: Annotated[
        str, _described("Its own; a check that did not pass and has none quotes a sentence.")
    ]
    findings: list[JsonFinding]
    diagnosis: Diagnosis | None
    seconds: _Seconds


class JsonTask(JsonResult, kw_only=True):
    """One name of the stub, with its checks in the order of the test files."""

    name: str
    checks: list[JsonCheck]


class JsonExercise(JsonResult, kw_only=True):
    """One exercise."""

    name: str
    unit: str
    title: str
    file: Annotated[str, _described("The submitted file; empty if there was none.")]
    seconds: _Seconds
    uncontained: Annotated[list[str], _described("What the sandbox could not contain.")]
    tasks: list[JsonTask]


class JsonReport(JsonResult, kw_only=True):
    """The grading of one submission, as `grade --json FILE` writes it.

    Fields may be added within a version: programs ignore what they do not know.
    """

    schema: Literal["gradus-report/3"] = SCHEMA
    exit_code: Annotated[
        Literal[0, 1, 3],
        _described("0: all passed; 1: something did not; 3: something was not graded."),
    ]
    seconds: _Seconds
    provenance: Provenance
    notes: Annotated[list[str], _described("Ignored files, skipped cells.")]
    waiting: Annotated[
        list[Waiting],
        _described("Exercises that points of others wait for, the most points first."),
    ] = []
    exercises: Annotated[list[JsonExercise], _described("In the order of the course.")]


def render_json(report: Report, *, show_hidden: bool = False) -> str:
    """Return `report` as JSON text that ends with a newline."""
    shown = report if show_hidden else for_student(report)
    document = msgspec.convert(shown, JsonReport, from_attributes=True)
    document.waiting = list(waiting(shown))
    table = _rounded(msgspec.to_builtins(document, order="deterministic"))
    text = json.dumps(table, indent=2, ensure_ascii=False, allow_nan=False)
    text = text.replace("##", "#\\u0023")  # the same text, and no command for a CI server
    text = _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)  # the same text again
    return _SURROGATE.sub("\ufffd", text) + "\n"  # UTF-8 has no place for half a character


def _rounded(value: Any) -> Any:
    """Return `value` with numbers of six digits, and of four decimals where they are large.

    The noise of a sum is no information.
    """
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if abs(value) < 100 else round(value, 4)


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `render_json` writes."""
    types = (JsonReport, *_KINDS)
    (top, *_), definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for definition in definitions.values():
        definition["description"] = cleandoc(definition["description"])
        if "properties" in definition:  # all fields are written
            definition["required"] = list(definition["properties"])
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": SCHEMA, **top, "$defs": definitions}


def read_report(text: str) -> Report:
    """Return the report that `render_json` wrote as `text`.

    What JSON does not hold is missing: figures of the exercise's text, the commands of a student,
    and the classes of findings that plugins and courses define.

    Raises:
        BadInputError: `text` is no report, or has another version.
    """
    try:
        table = msgspec.json.decode(text, type=dict[str, Any])
        if table.get("schema") != SCHEMA:
            raise BadInputError(
                f"the report has format {table.get('schema')} instead of {SCHEMA}. Grade again"
            )
        return msgspec.convert(table, Report, dec_hook=_finding)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"the report is damaged: {error}. Grade again") from None


def _finding(_: type[Finding], table: Mapping[str, Any]) -> Finding:
    entry = msgspec.convert(table, JsonFinding)
    for kind in _KINDS:
        if kind.kind == entry.kind:
            return msgspec.convert(entry.data, kind)
    return ShownTable(entry.heading, ("`grade` shows it",), ())  # of another package


if __name__ == "__main__":
    print(json.dumps(report_schema(), indent=2))
