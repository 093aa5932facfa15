"""Figures of benchmarks, kept as one JSON file for each commit."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from pathlib import Path

from repository import ROOT

#: Names the folder of the files; without it nothing is kept.
FOLDER = "GRADUS_BENCHMARKS"


def commit() -> str:
    """The commit that is measured, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def save(benchmark: str, figures: dict[str, float]) -> None:
    """Keep the `figures` of a benchmark in the file of this commit, beside those of others."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    file = Path(folder) / f"{commit()}.json"
    known = json.loads(file.read_text("utf-8")) if file.is_file() else _new(commit())
    rounded = {name: round(value, 6) for name, value in figures.items()}
    known["figures"].setdefault(benchmark, {}).update(rounded)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")


def _new(name: str) -> dict:
    machine = {"python": platform.python_version(), "processors": os.cpu_count()}
    return {"commit": name, "machine": machine, "figures": {}}
