"""Plays the day, and writes `docs/day.md`: ``python -m docs.day``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.course.reading import find_course
from docs.day.page import PAGE, page
from docs.day.play import Day

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="gradus-day-") as folder:
        PAGE.write_text(page(Day(find_course(), Path(folder)).play()), "utf-8")
