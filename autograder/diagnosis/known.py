"""The listed mistakes of an exercise, held against what a check has seen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from autograder.diagnosis.bench import Bench
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.replay import SourceModule
from autograder.mistakes import Mistake, load_mistakes
from framework.errors import BadInputError


class KnownMistakes:
    """The mistakes of the exercise that `bench` is about, each as the solution with it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._modules: dict[Mistake, SourceModule] = {}
        solution = bench.exercise.solution.read_text("utf-8")
        with suppress(BadInputError):  # no list is better than no report: the audit tells
            for mistake in load_mistakes(bench.exercise):
                with suppress(BadInputError, SyntaxError):
                    self._modules[mistake] = bench.module(mistake.apply(solution))

    def find(
        self,
        task: str,
        exchanges: Exchanges,
        passed: Sequence[Exchanges],
        failed: Sequence[Exchanges],
    ) -> Mistake | None:
        """The mistake that explains a failed check of `task`.

        Several that do are told apart by the other checks of the task: `passed` must not
        contradict, and `failed` must show the same. What no check tells apart shares a name.
        """
        bench = self._bench
        found = {
            mistake: module
            for mistake, module in self._concerning(task)
            if bench.explains(module, exchanges)
            and all(bench.agrees(module, other) for other in passed)
        }
        if len(found) > 1:
            return next((m for m in found if all(bench.agrees(found[m], e) for e in failed)), None)
        return next(iter(found), None)

    def _concerning(self, task: str) -> list[tuple[Mistake, SourceModule]]:
        """Those that can fail a check of `task`, its own first."""
        concerning = [
            (mistake, module)
            for mistake, module in self._modules.items()
            if task in (mistake.task, *mistake.also_fails)
        ]
        return sorted(concerning, key=lambda pair: pair[0].task != task)
