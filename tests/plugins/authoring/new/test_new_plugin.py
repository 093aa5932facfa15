"""`gradus new plugin` writes a plugin that works."""

import subprocess
import sys

import pytest
from gradus_command import typed
from programs import completed
from repository import ROOT
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import BadInputError, ConflictError
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.new.new_plugin import write_plugin


def test_its_own_test_passes(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    command = "-m pytest -q -p no:cacheprovider --rootdir=. -c pyproject.toml"
    words = (*command.split(), "--import-mode=importlib", "tests")
    there = {"cwd": tmp_path / "week3", "env": {"PYTHONPATH": ".", "PATH": ""}}
    done = completed(sys.executable, *words, **there)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (
            ("Week3", "3weeks", "week 3", "../week", "", "week-", "a--b", "_a", "class", "wéek"),
            BadInputError,
            "cannot name a plugin",
        ),
        (
            ("torch", "numpy", "student", "numpy_reference", "autograder"),
            ConflictError,
            "is built in",
        ),
        (
            ("json", "framework", "pytest", "tests"),
            ConflictError,
            "there is a package '.*' already",
        ),
    ],
)
def test_names_that_cannot_be_used_are_refused(tmp_path, names, error, message):
    for name in names:
        with pytest.raises(error, match=message):
            write_plugin(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "week3").write_text("mine")
    with pytest.raises(ConflictError, match="week3 exists"):
        write_plugin("week3", tmp_path / "week3")
    assert (tmp_path / "week3").read_text() == "mine"


def test_the_command_says_what_to_do_next_and_it_works_from_another_folder(tmp_path):
    out = tmp_path / "some where"
    told = CliRunner().invoke(app, ["new", "plugin", "week-3", "--out", str(out)])
    assert told.exit_code == 0
    assert f"gradus plugins --plugin '{out}'" in told.output
    plugins = Plugins(options=[str(out)])
    assert plugins.sources[-1].name == "week-3"
    assert plugins.registry.get("nesterov", "week-3", kind="optimizer")(0.1).mu == 0.9


def test_it_is_graded_and_trains(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    grade = f"grade optimizers --provider week3 --plugin ./week3 --course {ROOT}"
    code, told = typed(grade, tmp_path)
    assert code == 0, told
    assert "passed   Momentum" in told
    assert "'week3' offers no SGD" in told
    (tmp_path / "text.txt").write_text("the key is here\nthe keys are here\n" * 20)
    options = "--corpus text.txt --epochs 1 --out m --optimizer nesterov@week3 --plugin ./week3"
    code, told = typed(f"gradus train recurrent_lm {options}", tmp_path)
    assert code == 0, told
    assert "from week3: nesterov" in told


@pytest.mark.slow
def test_installed_with_pip_it_is_found(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*pip, str(tmp_path / "week3")], check=True)
    code = f"import sys; sys.path.insert(0, {str(site)!r})\nfrom framework.cli import main\nmain()"
    command = [sys.executable, "-c", code, "plugins"]
    done = completed(*command, check=True)
    assert "week3 (week3 0.1.0)  entry point" in done.stdout
