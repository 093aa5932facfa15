"""Whether a changed solution gives the answers of a submission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from autograder.diagnosis.exchanges import View, same_exchange
from autograder.diagnosis.partial import explained_part
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.replay import Module
from autograder.diagnosis.search.trials import Trials

EXACT, LOOSE = View(), View(loosely=True)


@dataclass(frozen=True)
class Matcher:
    """Compares the answers of changed solutions with those of the submission, in counted trials."""

    replayer: Replayer
    trials: Trials

    def explains(self, module: Module, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission, and the solution does not.

        An exception of the same type is an equal answer. It proves the same mistake only if its
        message is the same too.
        """
        return self.trials.succeeds(
            lambda: (
                self._explains(module, check, view)
                or self._explains(module, check, replace(view, strictly=True))
            ),
            check.allowed_seconds,
        )

    def agrees(self, module: Module, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission."""

        def trial() -> bool:
            answers = check.answers(module)
            allowed = [compared.allowed for compared in check.compared(view)]
            return all(map(same_exchange, check.exchanges, answers, allowed))

        return self.trials.succeeds(trial, check.allowed_seconds)

    def differs(self, module: Module, check: RecordedCheck) -> bool:
        """Return whether `module` gives other answers than the solution."""

        def trial() -> bool:
            answers = check.answers(module)
            return not all(map(same_exchange, check.right, answers))

        return self.trials.succeeds(trial, check.allowed_seconds)

    def agrees_with_all(
        self, module: Module, checks: Iterable[RecordedCheck], view: View = EXACT
    ) -> bool:
        """Return whether `module` gives all answers of the submission in these checks."""
        return all(self.agrees(module, check, view) for check in checks)

    def explains_part(self, module: Module, check: RecordedCheck, method: str, least: int) -> bool:
        """Return whether `module` explains some wrong answers of `method`, and contradicts none.

        Args:
            least: the number of facts that must be explained.
        """

        def trial() -> bool:
            answers = check.answers(module)
            part = explained_part(check.exchanges, answers, check.right, method)
            return part is not None and part >= least

        return self.trials.succeeds(trial, check.allowed_seconds)

    def _explains(self, module: Module, check: RecordedCheck, view: View) -> bool:
        """Return whether the answers are equal, and an equal answer is a wrong one."""
        is_evidence = False
        answers = check.answers(module)
        for theirs, ours, compared in zip(
            check.exchanges, answers, check.compared(view), strict=True
        ):
            if not same_exchange(theirs, ours, compared.allowed):
                return False
            same_words = theirs.message == ours.message
            if not theirs.raised or same_words or len(theirs.outcomes) in compared.allowed.free:
                is_evidence = is_evidence or compared.is_wrong
        return is_evidence
