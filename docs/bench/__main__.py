"""Writes the tables of `docs/performance.md`, or checks with ``--check`` that they are up to date.

python -m docs.bench [--check]
"""

from __future__ import annotations

import sys

from docs.bench.page import PAGE, with_table


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit code."""
    text = PAGE.read_text("utf-8")
    if (new := with_table(text)) == text:
        return 0
    if "--check" in arguments:
        print("docs/performance.md is out of date: run `python -m docs.bench`")
        return 1
    PAGE.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
