"""Reports: results as frozen data, formats, words, and text that is safe to show."""

from __future__ import annotations

from autograder.reports.hiding import without_keys
from autograder.reports.html_report import report_templates
from autograder.reports.json_report import read_report, render_json
from autograder.reports.plain import clean, for_spreadsheet, from_spreadsheet
from autograder.reports.wording import counted, number, ratio
from autograder.results.findings.check_texts import WrittenAnswer
from autograder.results.report import CheckResult, ExerciseResult, Report, TaskResult
from autograder.verdicts import Verdict
