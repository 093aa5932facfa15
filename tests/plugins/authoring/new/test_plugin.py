"""`gradus new plugin` writes a plugin that works."""

import subprocess
import sys

import pytest
from programs import completed
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import BadInputError, ConflictError
from framework.providers.plugins import Plugins
from plugins.authoring.new.plugin import write_plugin


def test_the_new_plugin_offers_its_optimizers(tmp_path):
    write_plugin("week-3", tmp_path / "week-3")
    registry = Plugins(options=[str(tmp_path / "week-3")]).registry
    nesterov = registry.get("nesterov", "week-3", kind="optimizer")
    assert nesterov(0.1).mu == 0.9


def test_its_own_test_passes(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = completed(
        *command,
        "--rootdir=.",
        "-c",
        "pyproject.toml",
        "--import-mode=importlib",
        "tests",
        cwd=tmp_path / "week3",
        env={"PYTHONPATH": ".", "PATH": ""},
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_the_course_grades_it(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    grade = [sys.executable, "-c", "from autograder.cli import main; main()"]
    order = ["optimizers", "--provider", "week3", "--plugin", str(tmp_path / "week3")]
    done = completed(*grade, *order)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed   Momentum" in done.stdout
    assert "'week3' offers no SGD" in done.stdout


@pytest.mark.parametrize(
    "name", ["Week3", "3weeks", "week 3", "../week", "", "week-", "a--b", "_a", "class", "wéek"]
)
def test_names_that_cannot_be_installed_are_refused(tmp_path, name):
    with pytest.raises(BadInputError, match="cannot name a plugin"):
        write_plugin(name, tmp_path / "out")


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "week3").write_text("mine")
    with pytest.raises(ConflictError, match="week3 exists"):
        write_plugin("week3", tmp_path / "week3")
    assert (tmp_path / "week3").read_text() == "mine"


@pytest.mark.parametrize("name", ["torch", "numpy", "student", "numpy_reference", "autograder"])
def test_what_is_built_in_keeps_its_name(tmp_path, name):
    with pytest.raises(ConflictError, match="is built in"):
        write_plugin(name, tmp_path / "out")


@pytest.mark.parametrize("name", ["json", "framework", "pytest", "tests"])
def test_no_package_is_hidden(tmp_path, name):
    with pytest.raises(ConflictError, match=f"there is a package '{name}' already"):
        write_plugin(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_to_do_next_and_it_works_from_another_folder(tmp_path):
    out = tmp_path / "some where"
    told = CliRunner().invoke(app, ["new", "plugin", "week-3", "--out", str(out)])
    assert told.exit_code == 0
    assert f"gradus plugins --plugin '{out}'" in told.output
    source = Plugins(options=[str(out)]).sources[-1]
    assert source.name == "week-3"


def test_training_uses_it(tmp_path):
    write_plugin("week3", tmp_path / "week3")
    text = tmp_path / "text.txt"
    text.write_text("the key is here\nthe keys are here\n" * 20)
    arguments = ["train", "recurrent_lm", "--corpus", str(text), "--epochs", "1", "--out"]
    arguments += [str(tmp_path / "lm.safetensors"), "--optimizer", "nesterov@week3"]
    arguments += ["--plugin", str(tmp_path / "week3")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "from week3: nesterov" in done.output


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
