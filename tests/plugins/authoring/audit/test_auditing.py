import json

import pytest
import typer
from grading import fork_or_process, setting_of
from repository import text_of
from rich.console import Console
from typer.testing import CliRunner

from autograder.course.reading import find_course
from autograder.mutations.mutants import OPERATORS
from framework.errors import BadInputError, GradusError
from plugins.authoring.audit import auditing, findings
from plugins.authoring.audit.auditing import audit
from plugins.authoring.audit.equivalents import load_equivalents
from plugins.authoring.audit.findings import AuditOutcome
from plugins.authoring.commands.audit import audit as command

# The check of `Sigmoid` looks at one point, where σ is symmetric; that of `double` at 0 and 3.
CHECKS = text_of("texts/auditing/checks.py")

CHECKS_OF_SUMS = '''
import pytest
from autograder.checks import equal


@pytest.mark.task("total")
@pytest.mark.points(1)
def test_total(submission):
    """total of two."""
    equal(submission.total([1, 2]), 3, "the total")
'''

MISTAKE = """
[[mistakes]]
id = "{id}"
task = "{task}"
sentence = "You did."
hint = "Do not."
find = "{find}"
replace = "{replace}"
"""
CAUGHT = MISTAKE.format(id="caught", task="double", find="return 2 * x", replace="return x")
MISSED = MISTAKE.format(id="missed", task="Sigmoid", find="np.exp(-z)", replace="np.exp(z)")
STRAY = MISTAKE.format(id="stray", task="Sigmoid", find="return 2 * x", replace="return x")


@pytest.fixture
def exercise(tiny_course):
    exercise = tiny_course.exercise("squash")
    exercise.tests.write_text(CHECKS, "utf-8")
    return exercise


def write_checks_of_sums(course):
    course.exercise("sums").tests.write_text(CHECKS_OF_SUMS, "utf-8")


@pytest.fixture
def run(tiny_course, exercise):
    def run(mistakes="", equivalents="", **options):
        (exercise.solution.parent / "mistakes.toml").write_text(mistakes, "utf-8")
        (exercise.solution.parent / "equivalents.toml").write_text(equivalents, "utf-8")
        setting = setting_of(tiny_course, fork_or_process())
        return audit(setting, [exercise], **options)

    return run


def outcomes(result):
    return {finding.id: finding.outcome for finding in result.findings}


def listed(*mutants):
    return f'[[equivalents]]\nreason = "it is right"\nmutants = {json.dumps(mutants)}\n'


def shown(result):
    console = Console(width=100, highlight=False)
    with console.capture() as capture:
        findings.show(result, console)
    return capture.get()


def test_mistakes_are_caught_missed_or_hit_the_wrong_task(run):
    result = run(CAUGHT + MISSED + STRAY, mistakes_only=True)
    assert outcomes(result) == {
        "caught": AuditOutcome.KILLED,
        "missed": AuditOutcome.SURVIVED,
        "stray": AuditOutcome.WRONG_TASK,
    }
    assert result.exit_code == 1
    caught, missed, stray = result.findings
    assert caught.failed == ("test_squash.py::test_double",)
    assert missed.place.endswith("squash.py:29")
    assert missed.diff == ("- return SCALE / (1 + np.exp(-z))", "+ return SCALE / (1 + np.exp(z))")
    assert stray.note == "fails double, not only Sigmoid"


@pytest.fixture
def ran(exercise, tmp_path, monkeypatch):
    """The names of the checks that ran, in their order; `file` where the file was imported."""
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    exercise.tests.write_text(text_of("texts/auditing/noting.py") + CHECKS, "utf-8")
    return lambda: (tmp_path / "ran").read_text("utf-8").split()


@pytest.fixture
def operators(monkeypatch):
    """`operators(*names)`: the audit has these operators alone."""

    def operators(*names):
        monkeypatch.setattr(auditing, "OPERATORS", {name: OPERATORS[name] for name in names})

    return operators


def test_checks_are_collected_once_and_run_where_they_can_say_something_new(
    run, ran, tiny_course, exercise
):
    wrong = MISSED.replace("np.exp(z)", "np.exp(z) + 1").replace("missed", "found")
    (exercise.solution.parent / "mistakes.toml").write_text(MISSED + wrong, "utf-8")
    audit(setting_of(tiny_course), [exercise], mistakes_only=True, jobs=1)
    every = ["test_sigmoid", "test_double", "test_trained"]  # what trains comes last
    # The solution, both mistakes. One failure of each task is enough.
    assert ran() == ["file", *every, *every, "test_sigmoid", "test_double"]


def test_one_failure_is_enough_for_a_mutant(run, ran, tiny_course, exercise, operators):
    operators("arithmetic")
    result = audit(setting_of(tiny_course), [exercise], jobs=1)
    first = [
        finding
        for finding in result.findings
        if finding.failed == ("test_squash.py::test_sigmoid",)
    ]
    assert first
    assert ran().count("test_double") == 1 + len(result.findings) - len(first)


def test_a_task_missing_in_the_solution_is_reported_before_anything_is_tried(run, course_root):
    file = course_root / "exercises/first_unit/squash/exercise.toml"
    file.write_text(file.read_text("utf-8").replace('"double"', '"duoble"'), "utf-8")
    broken = find_course(course_root)
    setting = setting_of(broken)
    with pytest.raises(BadInputError, match=r"'duoble', which .* does not define"):
        audit(setting, [broken.exercise("squash")])


def test_consistent_forms_are_tried_and_tasks_that_depend_may_fail_too(run):
    consistent = CAUGHT + 'consistent = [{ find = "np.exp(-z)", replace = "np.exp(z)" }]\n'
    depends = STRAY.replace('task = "Sigmoid"', 'task = "double"\nalso_fails = ["Sigmoid"]')
    result = run(consistent + depends, mistakes_only=True)
    tried = ("caught", "caught (consistent)", "stray")
    assert outcomes(result) == dict.fromkeys(tried, AuditOutcome.KILLED)
    assert result.exit_code == 0
    assert "all were caught" in shown(result)
    assert "0 tried" in (nothing := shown(run("", mistakes_only=True)))
    assert "all were caught" not in nothing


def test_a_mutant_survives_where_checks_look_at_too_little_unless_it_is_listed(run, operators):
    operators("dropped minus")
    result = run()
    (survivor,) = result.findings
    assert survivor.outcome is AuditOutcome.SURVIVED
    text = shown(result)
    assert "squash, survived: dropped minus in _stable: -z -> z | return SCALE" in text
    assert "squash.py:29" in text
    assert "+ return SCALE / (1 + np.exp(z))" in text
    result = run(equivalents=listed(survivor.id))
    (finding,) = result.findings
    assert (finding.outcome, finding.note) == (AuditOutcome.EQUIVALENT, "it is right")
    assert result.exit_code == 0


def test_a_mutant_is_killed_and_not_equivalent(run, operators):
    operators("arithmetic")
    mutant = "arithmetic in double: 2 * x -> 2 / x | return 2 * x"
    for equivalents, outcome in (
        ("", AuditOutcome.KILLED),
        (listed(mutant), AuditOutcome.NOT_EQUIVALENT),
    ):
        result = run(equivalents=equivalents)
        (finding,) = (finding for finding in result.findings if finding.id == mutant)
        assert (finding.outcome, finding.failed) == (outcome, ("test_squash.py::test_double",))
    assert result.exit_code == 1


def test_an_equivalent_that_no_operator_makes_is_reported(tiny_course):
    write_checks_of_sums(tiny_course)
    sums = tiny_course.exercise("sums")
    (sums.solution.parent / "equivalents.toml").write_text(listed("gone"), "utf-8")
    result = audit(setting_of(tiny_course, fork_or_process()), [sums])
    assert result.stale == (("sums", "gone"),)
    assert result.exit_code == 1
    assert "sums: equivalents.toml lists a mutant that no operator makes: gone" in shown(result)


def test_equivalents_need_a_reason_and_are_listed_once(run, exercise):
    run(equivalents=listed("a", "a"), mistakes_only=True)
    with pytest.raises(BadInputError, match="mutant 'a' twice"):
        load_equivalents(exercise)
    run(equivalents=listed("a").replace("it is right", ""), mistakes_only=True)
    with pytest.raises(BadInputError, match="reason is empty"):
        load_equivalents(exercise)


def test_a_solution_that_fails_its_own_checks_proves_nothing(run, exercise):
    exercise.tests.write_text(CHECKS.replace("[0, 6]", "[0, 7]"), "utf-8")
    with pytest.raises(GradusError, match=r"squash fails its own check .*test_double"):
        run(CAUGHT, mistakes_only=True)


def test_one_process_finds_what_several_find(run, tiny_course, exercise, operators):
    operators("constant")
    several = run(CAUGHT + MISSED)
    setting = setting_of(tiny_course, fork_or_process())
    first = audit(setting, [exercise], jobs=1)
    assert first.findings == several.findings
    assert len(first.findings) > 5


def test_the_command_fails_for_survivors_and_names_them(run, exercise):
    run(CAUGHT + MISSED, mistakes_only=True)
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, ["squash", "--mistakes", "--course", str(exercise.root)])
    assert done.exit_code == 1
    assert "squash, survived: missed" in done.output
