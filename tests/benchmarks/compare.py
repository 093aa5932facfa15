"""Compares the figures of two commits: ``python -m tests.benchmarks.compare A.json B.json``.

`GRADUS_BENCHMARKS=DIR pytest -m benchmark -s tests/benchmarks/bench_*.py` writes such files.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def rows(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each figure: benchmark, name, before, after, and after over before."""
    names = {
        (benchmark, name)
        for figures in (before["figures"], after["figures"])
        for benchmark, found in figures.items()
        for name in found
    }
    for benchmark, name in sorted(names):
        old, new = (one["figures"].get(benchmark, {}).get(name) for one in (before, after))
        change = f"× {new / old:.2f}" if old and new is not None else "-"
        yield benchmark, name, *("-" if one is None else f"{one:.4g}" for one in (old, new)), change


def table(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The rows as text, under the names of the commits."""
    head = ("benchmark", "figure", before["commit"], after["commit"], "change")
    lines = [head, *rows(before, after)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
             for line in lines)  # fmt: skip
    notes = []
    if before["machine"] != after["machine"]:
        notes.append(f"measured on different machines: {before['machine']}, {after['machine']}")
    return "\n".join([*(line.rstrip() for line in shown), *notes])


def read(file: Path) -> dict[str, Any]:
    """The figures in `file`; the command ends with a sentence where it holds none."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return {key: found[key] for key in ("commit", "machine", "figures")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{file} holds no figures of benchmarks: {error!r}") from None


def main() -> None:
    """Entry point of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.compare", description=__doc__)
    parser.add_argument("before", type=Path, help="JSON file of the first commit")
    parser.add_argument("after", type=Path, help="JSON file of the second commit")
    given = parser.parse_args()
    print(table(read(given.before), read(given.after)))


if __name__ == "__main__":
    main()
