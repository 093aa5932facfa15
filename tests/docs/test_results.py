"""`docs/results.md`: every recipe has a row, whose command runs and whose figures are measured."""

import json
import re
import shlex
import sys
import tomllib

import pytest
from gradus_command import gradus
from programs import completed
from repository import ROOT

from docs.results import __main__ as script
from docs.results.page import FOLDER, PAGE, measurement, score
from docs.results.rows import ROWS
from framework.commands.train.command import RECIPES
from framework.providers.loaded_plugins import Plugins
from framework.training.recipes import run_of
from framework.training.task_kinds import task_class

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_the_table_is_what_the_measurements_say():
    command = [sys.executable, "-m", "docs.results", "--check"]
    done = completed(*command, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_recipe_has_a_row_and_every_measurement_too():
    assert {row.recipe for row in ROWS} == {file.stem for file in RECIPES.glob("*/*.toml")}
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {file.stem for file in FOLDER.glob("*.json")} <= {row.name for row in ROWS}


@rows
def test_the_command_of_a_row_has_known_options_and_its_recipe(row):
    program, command, model, *options = shlex.split(row.command)
    assert (program, command) == ("gradus", "train")
    assert row.command in PAGE.read_text("utf-8")
    assert options[options.index("--recipe") + 1] == row.recipe
    shown = gradus("train", model, "--help")
    for flag in (option for option in options if option.startswith("--")):
        assert re.search(rf"^\s*{flag}\b", shown, re.MULTILINE), flag


@rows
def test_a_measurement_was_made_with_the_recipe_as_it_is(row):
    result = measurement(row)
    if result is None:
        return
    assert result["recipe"] == row.recipe
    assert "/" not in json.dumps(result), "a folder of a machine"
    assert isinstance(result["device"], str) and isinstance(result["threads"], int)
    kind = run_of(shlex.split(row.command)[2])
    values = tomllib.loads((RECIPES / kind / f"{row.recipe}.toml").read_text("utf-8"))
    settings = task_class(kind, Plugins().registry).options(**values).settings()
    measured = {name: result["options"][name] for name in values.keys() & result["options"].keys()}
    assert measured == {name: settings[name] for name in measured}
    if kind == "counts":
        assert measured and f"--order {result['options']['order']} " in row.command
    else:
        assert "epochs" in measured and len(measured) >= 5


def test_hours_without_a_result_follow_from_the_speed_that_was_measured():
    shown = PAGE.read_text("utf-8")
    models = json.loads((ROOT / "docs/bench/cpu.json").read_text("utf-8"))["models"]
    speed = {model["model"]: model["programs"]["ours"]["units per second"] for model in models}
    estimated = [row for row in ROWS if row.benchmark and measurement(row) is None]
    assert estimated and shown.count("about ") >= len(estimated)
    for row in estimated:
        epochs = {"zaremba_medium": 39, "zaremba_large": 55}[row.name]
        hours = epochs * 929_589 / speed[row.benchmark] / 3600
        (line,) = (line for line in shown.splitlines() if line.startswith(f"| {row.title} |"))
        assert f"| about {hours:.1f} on one thread of a CPU |" in line


def test_the_figure_of_a_row_may_be_in_a_line_of_the_run():
    row = next(row for row in ROWS if row.shown == "BLEU")
    run = {"held_out": [9.0, 8.46], "score": 8.2, "shown": ["test perplexity 8.2000"]}
    results = {"measure": "perplexity", "options": {"epochs": 3}, "runs": [run]}
    assert score(row, results) == "held-out perplexity 8.5 after 2 of 3 epochs"
    run["shown"].append("BLEU 33.24 (95 % interval 31.90 to 34.60), chrF 58.10, tokens are words")
    assert score(row, results) == "33.2"


def test_the_page_is_checked(tmp_path, monkeypatch):
    stale = tmp_path / "results.md"
    stale.write_text(PAGE.read_text("utf-8").replace("115.3", "114.3"), "utf-8")
    monkeypatch.setattr(script, "PAGE", stale)
    assert script.main(["--check"]) == 1
    assert script.main([]) == 0
    assert stale.read_text("utf-8") == PAGE.read_text("utf-8")
    assert script.main(["--check"]) == 0


def table_rows(page):
    """Return the cells of each row of the tables of a page, by the first cell."""
    lines = re.findall(r"^\| (.+) \|$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return {cells[0]: cells for cells in (line.split(" | ") for line in lines)}


@pytest.mark.parametrize("corpus", ["MR", "TREC"])
def test_kims_table_has_the_figures_of_this_page(corpus):
    theirs = table_rows("docs/training.md")
    here = table_rows("docs/results.md")[f"Kim (2014), CNN-rand, {corpus}"]
    location = theirs["network"].index(corpus)
    assert theirs["CNN-rand"][location] == here[2]
    assert theirs["ours, CNN-rand"][location] == here[3].replace("to be measured", "–")
