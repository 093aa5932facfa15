"""Facts in sections: what raises is a problem, and the facts before it are kept."""

from importlib import metadata

import pytest

from autograder.sandbox.runners import BUILT_IN, Sandbox
from plugins.doctor.inspection import (
    SystemFact,
    facts_from,
    place_facts,
    problems_in,
    report_lines,
    sandbox_facts,
    version_facts,
)


def by_name(facts):
    return {fact.name: fact for fact in facts}


def test_an_exception_ends_a_section_and_is_its_problem():
    def find():
        yield SystemFact("one", "1")
        raise OSError("the disk\nis gone")

    result = facts_from("disks", find)
    assert result[0] == SystemFact("one", "1")
    assert problems_in({"disks": result}) == ["disks: OSError: the disk is gone"]


def test_problems_stand_at_the_end_too():
    facts = [SystemFact("x", "1"), SystemFact("y", "2\n- 3", "is wrong")]
    lines = list(report_lines({"a": facts}))
    assert lines[0] == "a"
    assert lines[1].split() == ["x", "1"]
    assert lines[2].split() == ["!", "y", "2"]
    assert lines[3].strip() == "- 3"
    assert lines[-2:] == ["1 problem:", "  y: is wrong"]
    assert list(report_lines({}))[-1] == "No problem found."


def test_the_versions_of_all_declared_packages_are_reported():
    facts = list(version_facts())
    result = by_name(facts)
    assert len(result) == len(facts)  # a package of several extras is listed once
    assert {"gradus", "python", "system", "numpy", "torch"} <= result.keys()
    assert "ruff" not in result and "==" not in result["torch"].value
    assert result["numpy"].value.startswith(metadata.version("numpy"))
    assert not any(fact.problem for fact in result.values())


@pytest.mark.parametrize(
    ("version", "problem"), [("1.0", "1.0 is too old: `pip install 'numpy>=1.26'`"), ("99.1", "")]
)
def test_a_package_older_than_declared_is_a_problem(monkeypatch, version, problem):
    installed = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: version if name == "numpy" else installed(name)
    )
    assert by_name(version_facts())["numpy"].problem == problem


@pytest.mark.parametrize(("name", "is_needed"), [("msgpack", True), ("sqlalchemy", False)])
def test_a_missing_package_is_a_problem_and_an_optional_one_is_left_out(
    monkeypatch, name, is_needed
):
    installed = metadata.version

    def version(asked):
        if asked == name:
            raise metadata.PackageNotFoundError(name)
        return installed(asked)

    monkeypatch.setattr(metadata, "version", version)
    problems = [fact.problem for fact in version_facts() if fact.name == name]
    assert problems == ["gradus needs it: `pip install 'msgpack>=1.1'`"] * is_needed


class Leaky(Sandbox):
    """A sandbox that contains less than it might, or does not work."""

    name = "leaky"

    def unavailable(self):
        return "it is Sunday"

    def spawn(self, argv, view, limits):
        raise OSError("no such program")


def test_a_worker_is_started_in_every_sandbox_that_works(monkeypatch):
    monkeypatch.setattr(
        "plugins.doctor.inspection.BUILT_IN",
        {"process": BUILT_IN["process"], "leaky": f"{__name__}:Leaky"},
    )
    result = by_name(sandbox_facts())
    assert result["auto"].value.startswith("takes ")
    assert result["process"].value.startswith("level ")
    assert result["leaky"] == SystemFact("leaky", "does not work here: it is Sunday")


def test_what_is_not_contained_is_reported_line_by_line(monkeypatch):
    monkeypatch.setattr(
        "plugins.doctor.inspection.start_worker", lambda sandbox: ["submitted code can sing"]
    )
    lines = by_name(sandbox_facts())["process"].value.splitlines()
    assert lines[0] == "level partial; not contained:"
    assert "- submitted code can sing" in lines


def test_an_automatic_choice_that_starts_no_worker_is_a_problem(monkeypatch):
    monkeypatch.setattr("plugins.doctor.inspection.BUILT_IN", {"leaky": f"{__name__}:Leaky"})
    monkeypatch.setattr(Leaky, "unavailable", lambda self: None)
    monkeypatch.setattr("plugins.doctor.inspection.choose", lambda name: Leaky())
    result = by_name(sandbox_facts(block=["autograder"]))["leaky"]
    assert "OSError: no such program" in result.problem
    assert "nothing can be graded" in result.problem


def test_a_folder_that_cannot_be_written_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "missing"))
    fact = by_name(place_facts())["temporary files"]
    assert "cannot be written (No such file or directory)" in fact.value
    assert "every command cannot write there" in fact.problem
