"""Plays the term, and writes `docs/term.md`: ``python -m docs.term``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from docs.term.page import PAGE, page
from docs.term.play import play

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="gradus-term-") as folder:
        PAGE.write_text(page(play(Path(folder))), "utf-8")
