"""A cold `grade activations`, phase by phase: ``pytest -m benchmark -s tests/benchmarks/...``."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from repository import ROOT

HERE = Path(__file__).parent
REPEATS = 15

pytestmark = pytest.mark.benchmark


def one_run(target):
    """Seconds of each phase of one run in a fresh process, and of the whole."""
    command = [sys.executable, str(HERE / "phases.py"), str(target)]
    started = time.monotonic()
    subprocess.run(
        [*command, "activations", "--submission", "solutions"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    total = time.monotonic() - started
    phases, before = {}, started
    for name, ended in json.loads(target.read_text("utf-8")):
        phases[name], before = ended - before, ended
    return {**phases, "to the prompt": started + total - before, "all": total}


def test_cold_start(tmp_path, show):
    one_run(tmp_path / "phases.json")  # compiles and fills the caches
    runs = [one_run(tmp_path / "phases.json") for _ in range(REPEATS)]
    rows = [(name, [run[name] for run in runs]) for name in runs[0]]
    show(f"grade activations, seconds, median of {REPEATS} runs (range)", rows)
