"""Diagnosis by the listed mistakes of an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.replay import SourceModule
from autograder.diagnosis.replay_cache import ReplayCache
from framework.errors import BadInputError


class KnownMistakes:
    """The listed mistakes of the exercise of `cache`, each as a changed solution."""

    def __init__(self, cache: ReplayCache) -> None:
        self._cache = cache
        self._modules: dict[Mistake, SourceModule] = {}
        self._latest: Mistake | None = None
        solution = cache.exercise.solution_source()
        with suppress(
            BadInputError
        ):  # a broken list must not prevent a report; the audit reports it
            for mistake in load_mistakes(cache.exercise):
                with suppress(BadInputError, SyntaxError):
                    self._modules[mistake] = cache.module(mistake.apply(solution))

    def find(
        self,
        task: str,
        exchanges: Exchanges,
        passed: Sequence[Exchanges],
        failed: Sequence[Exchanges],
    ) -> Mistake | None:
        """Return the mistake that explains a failed check of `task`, or None.

        Several such mistakes are distinguished by the other checks of the task: the `passed` ones
        must not contradict, and the `failed` ones must show the same mistake. If the checks cannot
        distinguish two mistakes, the first one is returned.
        """
        concerning = self._concerning(task)
        if self._latest in concerning and self._holds(self._latest, exchanges, passed):
            return self._latest  # this mistake explained another check
        found = [m for m in concerning if self._holds(m, exchanges, passed)]
        if len(found) > 1:
            found = [m for m in found if self._agrees(m, failed)][:1]
        self._latest = found[0] if found else self._latest
        return found[0] if found else None

    def _holds(self, mistake: Mistake, exchanges: Exchanges, passed: Sequence[Exchanges]) -> bool:
        explains = self._cache.explains(self._modules[mistake], exchanges)
        return explains and self._agrees(mistake, passed)

    def _agrees(self, mistake: Mistake, others: Sequence[Exchanges]) -> bool:
        return all(self._cache.agrees(self._modules[mistake], other) for other in others)

    def _concerning(self, task: str) -> list[Mistake]:
        """Return the mistakes that can fail a check of `task`, its own first."""
        concerning = [m for m in self._modules if task in (m.task, *m.also_fails)]
        return sorted(concerning, key=lambda mistake: mistake.task != task)
