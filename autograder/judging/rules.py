"""The rules over the checks of one exercise, in the order in which they apply.

repeat         a check that ran again, since its outcome said nothing, has its last verdict
refusal        an exception earns points only from a method that answers right otherwise
derivation     a gradient earns points only from a backward that derives it
confirmation   in a kit, a trained check counts only where the other checks of its task pass
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograder.judging.decision import decided, with_each_check
from autograder.results.report import CheckResult, ExerciseResult, Reason
from autograder.verdicts import Verdict

#: The message of a trained check that nothing confirms.
UNCONFIRMED = (
    "it trains well, but other checks of this task do not pass: in a kit, only they show whether "
    "the model is the right one. Correct them first, or ask the course's grader"
)
#: Verdicts that contradict no trained model.
_FINE = (Verdict.PASSED, Verdict.SKIPPED)


def judged(result: ExerciseResult) -> ExerciseResult:
    """Apply the rules over one exercise to `result`, whose checks need no repetition."""
    for rule in (refusal, derivation, confirmation):
        result = rule(result)
    return result


def runs_again(check: CheckResult, *, is_first: bool = True) -> bool:
    """Decide whether a check is repeated: a fault of the grader, or, once, a late call.

    A call is late if it reached the wall-clock limit and not the limit of processor time: the
    machine was busy.
    """
    return (is_first and check.evidence.stalled) or check.verdict is Verdict.NOT_GRADED


def is_open(result: ExerciseResult) -> bool:
    """Decide whether checks of `result` are repeated."""
    return any(map(runs_again, result.checks))


def repeat(before: ExerciseResult, again: ExerciseResult) -> ExerciseResult:
    """Replace the checks of `before` that `again` repeated; all if none of its own could run.

    Checks that could not even be prepared again stay as they were. Both runs' reasons are kept.
    """
    known = {check.id: check for check in again.checks}
    if "" in known:
        return before
    if any(not check.id for check in before.checks):
        return again

    def latest(check: CheckResult) -> CheckResult:
        if (new := known.get(check.id)) is None:
            return check
        text = "the check ran again: " + (check.message or "no verdict")
        reasons = *check.reasons, Reason("repeat", check.verdict, text), *new.reasons
        return replace(new, reasons=reasons)

    return replace(with_each_check(before, latest), seconds=before.seconds + again.seconds)


def refusal(result: ExerciseResult) -> ExerciseResult:
    """Take the points of expected exceptions from methods that give no right answer otherwise.

    A check of wrong arguments expects an exception. Code that raises it for all arguments has
    solved nothing, and neither has code of which all other answers are wrong. Where checks are
    blocked, no answer was possible: then the check is blocked too.
    """
    answered = {method for check in result.checks for method in check.evidence.answered}
    passed = [check for check in result.checks if check.verdict is Verdict.PASSED]
    right = {method for check in passed for method in check.evidence.answered}
    waits = any(check.verdict is Verdict.BLOCKED for check in result.checks)

    def refused(check: CheckResult) -> CheckResult:
        wrong = sorted(set(check.evidence.refused) - right)
        if check.verdict is not Verdict.PASSED or not wrong:
            return check
        if never := [method for method in wrong if method not in answered]:
            message = f"{never[0]} raises an exception whatever it is given, and so here by chance"
            verdict = Verdict.BLOCKED if waits else Verdict.FAILED
            return decided(check, "refusal", verdict, message, method=never[0])
        message = f"it counts once {wrong[0]} gives a right answer: all others are wrong so far"
        return decided(check, "refusal", Verdict.BLOCKED, message, method=wrong[0])

    return with_each_check(result, refused)


def derivation(result: ExerciseResult) -> ExerciseResult:
    """Take the points of gradients from a backward that computes differences of forward.

    Differences give the same values as a derivation. `PairedModels.many_gradients` tells them
    apart by the time that they take.
    """
    slow = {method: check for check in result.checks for method in check.evidence.outlasted}

    def derived(check: CheckResult) -> CheckResult:
        methods = sorted(slow.keys() & set(check.evidence.answered))
        if check.verdict is not Verdict.PASSED or not methods:
            return check
        title = slow[methods[0]].title
        message = f'waits for {methods[0]}, which took too long in the check "{title}"'
        return decided(check, "derivation", Verdict.BLOCKED, message, method=methods[0])

    return with_each_check(result, derived) if slow else result


def confirmation(result: ExerciseResult) -> ExerciseResult:
    """Leave trained checks of a kit to the course's grader where their task fails other checks.

    The full course gives the learned parameters to the reference, which must score nearly as
    well. A recording cannot answer for them. In a kit the other public checks of the task compare
    the model with the reference instead.
    """
    failing = {c.task for c in result.checks if not c.hidden and c.verdict not in _FINE}

    def confirmed(check: CheckResult) -> CheckResult:
        is_open = check.evidence.unconfirmed and check.verdict is Verdict.PASSED
        if not is_open or check.task not in failing:
            return check
        return decided(check, "confirmation", Verdict.NEEDS_GRADER, UNCONFIRMED)

    return with_each_check(result, confirmed)


def unconfirmed_notes(results: Iterable[ExerciseResult]) -> Iterator[str]:
    """Yield a note on the passed checks whose trained models were not compared."""
    checks = [check for result in results for check in result.checks]
    passed = [c for c in checks if c.evidence.unconfirmed and c.verdict is Verdict.PASSED]
    if passed:
        names = ", ".join(check.id.partition("::")[2] for check in passed)
        yield (
            f"passed without the comparison of what the model has learned with the reference: "
            f"{names}. A kit cannot make it; the course's grader does"
        )
