"""Two commits compared: the command prints every figure, with the change where both have it."""

import json

from benchmark_figures import commit, save
from programs import completed_python
from repository import ROOT


def compare(*files):
    return completed_python("-m", "tests.benchmarks.compare", *map(str, files), cwd=ROOT)


def test_figures_of_two_commits_stand_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADUS_BENCHMARKS", str(tmp_path))
    save("start", {"gradus list": 2.0})
    save("start", {"gradus hint": 1.0})
    (file,) = tmp_path.iterdir()
    assert file.name == f"{commit()}.json"
    found = json.loads(file.read_text())
    other = tmp_path / "other.json"
    found["commit"] = "other"
    found["figures"]["start"] = {"gradus list": 1.0, "gradus show": 3.0}
    other.write_text(json.dumps(found))
    lines = [line.split("  ") for line in compare(file, other).stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[1:] == [
        ["start", "gradus hint", "1", "-", "-"],
        ["start", "gradus list", "2", "1", "× 0.50"],
        ["start", "gradus show", "-", "3", "-"],
    ]


def test_what_holds_no_figures_is_named(tmp_path):
    file = tmp_path / "empty.json"
    file.write_text("{}")
    done = compare(file, file)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{file} holds no figures of benchmarks")
