"""Runs the commands, and writes `docs/systems.md`: ``python -m docs.systems``."""

from __future__ import annotations

from docs.systems.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
