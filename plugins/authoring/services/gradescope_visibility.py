"""Hides the results of hidden checks in Gradescope's ``results.json`` until a later time.

A program of the autograder runs it after `grade`. Gradescope shows no total score to a student
while a test is hidden; so the summary has the points of public checks alone.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path


class Visibility(StrEnum):
    """When students see a test, in Gradescope's words."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


def conceal(results: Path, metadata: Path, visibility: Visibility, attempts: int) -> None:
    """Give the tests of hidden checks a visibility, after a student's first `attempts`."""
    listed = json.loads(metadata.read_bytes()).get("previous_submissions") or ()
    if len(listed) < attempts:
        return
    table = json.loads(results.read_bytes())
    hidden = [test for test in table["tests"] if test["extra_data"]["hidden"]]
    for test in hidden:
        test["visibility"] = visibility
    public = [test for test in table["tests"] if test not in hidden]
    if hidden:
        earned = sum(test.get("score", 0) for test in public)
        possible = sum(test["max_score"] for test in public)
        table["output"] = f"{earned:g} of {possible:g} points of public checks"
    results.write_text(json.dumps(table, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    conceal(Path(sys.argv[1]), Path(sys.argv[2]), Visibility(sys.argv[3]), int(sys.argv[4]))
