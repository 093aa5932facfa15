import json

import pytest
import typer
from grading import fork_or_process, setting_of
from repository import text_of
from rich.console import Console
from typer.testing import CliRunner

from autograder.course.reading import find_course
from framework.errors import BadInputError, GradusError, UnknownNameError
from plugins.authoring.audit import findings
from plugins.authoring.audit.auditing import Scope, audit
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
    def run(mistakes="", equivalents="", **scope):
        (exercise.solution.parent / "mistakes.toml").write_text(mistakes, "utf-8")
        (exercise.solution.parent / "equivalents.toml").write_text(equivalents, "utf-8")
        setting = setting_of(tiny_course, fork_or_process())
        return audit(setting, Scope((exercise,), **scope))

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


def test_one_failing_check_of_each_task_is_enough(run, exercise):
    checks = exercise.tests.read_text("utf-8")
    more = checks.replace("def test_", "def test_later_").partition("@pytest.mark.task")
    exercise.tests.write_text(f"{checks}\n\n{''.join(more[1:])}", "utf-8")
    result = run(CAUGHT + STRAY, mistakes_only=True)
    assert [finding.failed for finding in result.findings] == [("test_squash.py::test_double",)] * 2
    assert result.findings[1].note == "fails double, not only Sigmoid"


@pytest.fixture
def ran(exercise, tmp_path, monkeypatch):
    """The names of the checks that ran, in their order; `file` where the file was imported."""
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    note = """
import os
import pytest

def note(name):
    with open(os.environ["RAN"], "a", encoding="utf-8") as file:
        file.write(f"{name} ")

@pytest.fixture(autouse=True)
def noted(request):
    note(request.node.name)

note("file")

@pytest.mark.task("Sigmoid")
@pytest.mark.points(1)
def test_trained(submission, metric_threshold):
    assert submission.Sigmoid().forward(0.0) == 0.5
"""
    exercise.tests.write_text(note + CHECKS, "utf-8")
    return lambda: (tmp_path / "ran").read_text("utf-8").split()


def alone(course, scope):
    """The audit of `scope` in this process."""
    return audit(setting_of(course), scope, 1)


def test_checks_are_collected_once_and_those_that_train_come_last(run, ran, tiny_course, exercise):
    (exercise.solution.parent / "mistakes.toml").write_text(CAUGHT + MISSED, "utf-8")
    alone(tiny_course, Scope((exercise,), mistakes_only=True))
    every = ["test_sigmoid", "test_double", "test_trained"]
    assert ran() == ["file", *every, *every, *every]  # the solution, and both mistakes


def test_a_check_runs_where_it_can_say_something_new(run, ran, tiny_course, exercise):
    wrong = MISSED.replace("np.exp(z)", "np.exp(z) + 1").replace("missed", "found")
    (exercise.solution.parent / "mistakes.toml").write_text(wrong, "utf-8")
    alone(tiny_course, Scope((exercise,), mistakes_only=True))
    assert ran()[4:] == ["test_sigmoid", "test_double"]  # one failure of each task is enough


def test_one_failure_is_enough_for_a_mutant(run, ran, tiny_course, exercise):
    found = alone(tiny_course, Scope((exercise,), operator="arithmetic"))
    first = [one for one in found.findings if one.failed == ("test_squash.py::test_sigmoid",)]
    assert first
    assert ran().count("test_double") == 1 + len(found.findings) - len(first)


def test_all_is_well_when_all_are_caught(run):
    result = run(CAUGHT, mistakes_only=True)
    assert result.exit_code == 0
    assert "all were caught" in shown(result)


def test_an_exercise_without_a_list_of_mistakes_is_reported(run, tiny_course, exercise):
    setting = setting_of(tiny_course, fork_or_process())
    with pytest.raises(BadInputError, match=r"squash has no mistakes\.toml: list wrong answers in"):
        audit(setting, Scope((exercise,), mistakes_only=True))
    write_checks_of_sums(tiny_course)
    (exercise.solution.parent / "mistakes.toml").write_text(CAUGHT, "utf-8")
    both = audit(setting, Scope(tuple(tiny_course.select()), mistakes_only=True))
    assert "sums has no mistakes.toml: no listed mistake was tried." in shown(both)


def test_a_task_missing_in_the_solution_is_reported_before_anything_is_tried(run, course_root):
    file = course_root / "exercises/first_unit/squash/exercise.toml"
    file.write_text(file.read_text("utf-8").replace('"double"', '"duoble"'), "utf-8")
    broken = find_course(course_root)
    setting = setting_of(broken)
    with pytest.raises(BadInputError, match=r"'duoble', which .* does not define"):
        audit(setting, Scope((broken.exercise("squash"),)))


def test_an_audit_that_tries_nothing_claims_nothing(run):
    text = shown(run("", mistakes_only=True))
    assert "0 tried" in text
    assert "every one" not in text


def test_a_task_that_depends_on_the_broken_one_may_fail_with_it(run):
    mistake = STRAY.replace('task = "Sigmoid"', 'task = "double"\nalso_fails = ["Sigmoid"]')
    assert outcomes(run(mistake, mistakes_only=True)) == {"stray": AuditOutcome.KILLED}


def test_a_consistent_form_is_tried_as_well(run):
    text = CAUGHT + 'consistent = [{ find = "np.exp(-z)", replace = "np.exp(z)" }]\n'
    (name,) = outcomes(run(CAUGHT, mistakes_only=True))
    found = outcomes(run(text, mistakes_only=True))
    assert found == {name: AuditOutcome.KILLED, f"{name} (consistent)": AuditOutcome.KILLED}


def test_mutants_survive_where_the_checks_look_at_too_little(run):
    result = run(operator="dropped minus")
    assert [finding.outcome for finding in result.findings] == [AuditOutcome.SURVIVED]
    text = shown(result)
    assert "squash, survived: dropped minus in _stable: -z -> z | return SCALE" in text
    assert "squash.py:29" in text
    assert "+ return SCALE / (1 + np.exp(z))" in text


def test_mutants_are_killed(run):
    result = run(operator="arithmetic")
    killed = {finding.id: finding.failed for finding in result.findings}
    assert killed["arithmetic in double: 2 * x -> 2 / x | return 2 * x"] == (
        "test_squash.py::test_double",
    )


def test_an_equivalent_is_listed_with_its_reason(run):
    (survivor,) = run(operator="dropped minus").findings
    result = run(equivalents=listed(survivor.id), operator="dropped minus")
    (finding,) = result.findings
    assert (finding.outcome, finding.note) == (AuditOutcome.EQUIVALENT, "it is right")
    assert result.exit_code == 0


def test_an_equivalent_that_is_caught_is_reported(run):
    mutant = "arithmetic in double: 2 * x -> 2 / x | return 2 * x"
    result = run(equivalents=listed(mutant), operator="arithmetic")
    assert outcomes(result)[mutant] is AuditOutcome.NOT_EQUIVALENT
    assert result.exit_code == 1


def test_an_equivalent_that_no_operator_makes_is_reported(tiny_course):
    write_checks_of_sums(tiny_course)
    sums = tiny_course.exercise("sums")
    (sums.solution.parent / "equivalents.toml").write_text(listed("gone"), "utf-8")
    result = audit(setting_of(tiny_course, fork_or_process()), Scope((sums,)))
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


def test_an_unknown_operator_is_refused(run):
    with pytest.raises(UnknownNameError, match="no operator 'arithmetik': did you mean"):
        run(operator="arithmetik")


def test_one_process_finds_what_several_find(run, tiny_course, exercise):
    several = run(CAUGHT + MISSED, operator="constant")
    setting = setting_of(tiny_course, fork_or_process())
    one = audit(setting, Scope((exercise,), operator="constant"), jobs=1)
    assert one.findings == several.findings
    assert len(one.findings) > 5


def test_the_command_fails_for_survivors_and_names_them(run, exercise):
    run(CAUGHT + MISSED, mistakes_only=True)
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, ["squash", "--mistakes", "--course", str(exercise.root)])
    assert done.exit_code == 1
    assert "squash, survived: missed" in done.output
