"""Reads a report back from its JSON, as a store keeps it, for the other formats.

What JSON does not hold is missing: figures of the exercise's text, the commands of a student, and
the classes of findings that plugins and courses define.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from autograder.isolation.host.faults import Frame
from autograder.record.findings.base import Finding
from autograder.record.findings.curves import Curve
from autograder.record.findings.plots import Plot
from autograder.record.findings.printed import PrintedText
from autograder.record.findings.tables import ShownTable
from autograder.record.findings.written import WrittenAnswer
from autograder.record.results import (
    CheckResult,
    Diagnosis,
    ExerciseResult,
    Fact,
    Provenance,
    Report,
    TaskResult,
)
from autograder.reports.json_report import SCHEMA
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from framework.plotting.charts import Line


@dataclass(frozen=True)
class HeadingOnly(Finding):
    """Stands for a finding whose class is not known here: only its heading is shown."""

    kind: ClassVar[str] = "finding"

    title: str

    def heading(self) -> str:
        """Return the heading."""
        return self.title

    def text_lines(self) -> list[str]:
        """Return one line that says where the finding is shown."""
        return [f"{self.title}: `grade` shows it"]

    def as_json(self) -> dict[str, Any]:
        """Return the heading."""
        return {"heading": self.title}


def restore_report(text: str) -> Report:
    """Return the report that `autograder.reports.json_report.render_json` wrote as `text`.

    Raises:
        BadInputError: it is no such report, or has another version.
    """
    try:
        table = json.loads(text)
        if table["schema"] != SCHEMA:
            raise BadInputError(f"the report has format {table['schema']} instead of {SCHEMA}")
        return Report(
            provenance=Provenance(**table["provenance"]),
            exercises=tuple(map(_exercise, table["exercises"])),
            notes=tuple(table["notes"]),
            seconds=table["seconds"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"the report is damaged: {error}") from None


def _exercise(table: Mapping[str, Any]) -> ExerciseResult:
    return ExerciseResult(
        name=table["name"],
        unit=table["unit"],
        title=table["title"],
        tasks=tuple(map(_task, table["tasks"])),
        file=table["file"],
        uncontained=tuple(table["uncontained"]),
        seconds=table["seconds"],
    )


def _task(table: Mapping[str, Any]) -> TaskResult:
    name = table["name"]
    return TaskResult(name, tuple(_check(name, check) for check in table["checks"]))


def _check(task: str, table: Mapping[str, Any]) -> CheckResult:
    verdict, points, earned = Verdict(table["verdict"]), table["points"], table["earned"]
    is_decided_by_program = earned == (points if verdict is Verdict.PASSED else 0.0)
    return CheckResult(
        id=table["id"],
        title=table["title"],
        task=task,
        hidden=table["hidden"],
        points=points,
        verdict=verdict,
        message=table["message"],
        details=tuple(table["details"]),
        method=table["method"],
        fact=Fact(**table["fact"]),
        call=table["call"],
        arguments=tuple(table["arguments"]),
        frames=tuple(Frame(**frame) for frame in table["frames"]),
        hint=table["hint"],
        findings=tuple(_findings(table)),
        diagnosis=_diagnosis(table["diagnosis"]),
        blocked_by=table["blocked_by"],
        awarded=None if is_decided_by_program else earned,
        seconds=table["seconds"],
    )


def _diagnosis(table: Mapping[str, Any] | None) -> Diagnosis | None:
    if table is None:
        return None
    second = _diagnosis(table["second"])
    return Diagnosis(table["id"], table["sentence"], table["hint"], second)


def _findings(table: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the findings of a check; those of one kind keep their order."""
    if table["curve"]:
        yield Curve(tuple(table["curve"]))
    yield from map(_plot, table["plots"])
    for finding in table["tables"]:
        rows = tuple(map(tuple, finding["rows"]))
        yield ShownTable(finding["title"], tuple(finding["columns"]), rows)
    for finding in table["findings"]:
        is_written = finding["kind"] == WrittenAnswer.kind
        yield WrittenAnswer(**finding["data"]) if is_written else HeadingOnly(finding["heading"])
    if table["printed"]:
        yield PrintedText(table["printed"])


def _plot(table: Mapping[str, Any]) -> Plot:
    lines = tuple(Line(line["name"], tuple(line["x"]), tuple(line["y"])) for line in table["lines"])
    return Plot(table["title"], table["x_label"], table["y_label"], lines, table["log"])
