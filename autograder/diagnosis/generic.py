"""Diagnosis of failed checks without the mistakes listed for the exercise.

The failed checks of one task in which the same method was wrong first form a group. An explanation
must hold in the whole group, and the right answers must not contradict it. Direct effects are
tried first (a zero result, a changed argument), then changes of the solution's behaviour, then
patterns of the arrays, and small changes of the solution's source last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.diagnosis.behaviour_changes import behaviour_changes
from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.mutation_candidates import mutation_candidates
from autograder.diagnosis.patterns import EFFECTS, LISTS, PATTERNS, PER_CHECK, Pattern
from autograder.diagnosis.reading import gather, pairs_of
from autograder.diagnosis.replay import Module, SourceModule
from autograder.diagnosis.replay_cache import ReplayCache
from autograder.record.results import Diagnosis


def explain_failures(
    cache: ReplayCache, task: str, failed: Mapping[str, Exchanges], passed: Sequence[Exchanges]
) -> dict[str, Diagnosis]:
    """Return the diagnoses of the `failed` checks of `task` by id, where one was found.

    Args:
        passed: the exchanges of the passed checks of the task.
    """
    right = [pair for other in passed for pair in pairs_of(other, cache.right_answers(other))]
    groups: dict[tuple[str, bool], dict[str, Evidence]] = {}
    for name, exchanges in failed.items():
        evidence = gather(exchanges, cache.right_answers(exchanges))
        if evidence is not None:
            groups.setdefault((evidence.method, evidence.is_of_arrays), {})[name] = evidence
    found: dict[str, Diagnosis] = {}
    for (method, is_of_arrays), group in sorted(groups.items(), key=lambda item: not item[0][1]):
        together = Evidence.together(group.values(), [p for p in right if p.method == method])
        # An explanation of other answers must explain the arrays of the same method as well.
        names = group if is_of_arrays else {**group, **groups.get((method, True), {})}
        case = Case(cache, task, method, {name: failed[name] for name in names}, passed)
        diagnoses = (
            (is_of_arrays and _pattern(EFFECTS, group, together))
            or case.changed()
            or _pattern(PATTERNS if is_of_arrays else LISTS, group, together)
            or case.mutation()
        )
        found = diagnoses | found
    return found


@dataclass(frozen=True)
class Case:
    """The failed checks of one task in which the same method was wrong first.

    Args:
        failed: their exchanges, by id.
        passed: the exchanges of the passed checks of the task.
    """

    cache: ReplayCache
    task: str
    method: str
    failed: Mapping[str, Exchanges]
    passed: Sequence[Exchanges]

    def changed(self) -> dict[str, Diagnosis]:
        """Return the diagnoses by a change of behaviour that gives the submission's answers."""
        for changed in behaviour_changes(self.cache, self.task, list(self.failed.values())):
            if self._is_explained_by(changed):
                return self._diagnosed(changed.id, changed.sentence)
        return {}

    def mutation(self) -> dict[str, Diagnosis]:
        """Return the diagnoses by one small change that gives the submission's answers."""
        for mutation in mutation_candidates(self.cache.exercise, self.task, self.method):
            if self.cache.mutations_left <= 0:
                break
            self.cache.mutations_left -= 1
            try:
                module = SourceModule(mutation.source, self.cache.exercise.name)
            except SyntaxError:
                continue
            if self._is_explained_by(module):
                return self._diagnosed(mutation.id, mutation.sentence)
        return {}

    def _diagnosed(self, name: str, sentence: str) -> dict[str, Diagnosis]:
        return dict.fromkeys(self.failed, Diagnosis(f"generic/{name}", sentence))

    def _is_explained_by(self, module: Module) -> bool:
        cache = self.cache
        return all(
            cache.explains(module, exchanges, self.method) for exchanges in self.failed.values()
        ) and all(cache.agrees(module, exchanges) for exchanges in self.passed)


def _pattern(
    patterns: Mapping[str, Pattern], group: Mapping[str, Evidence], together: Evidence
) -> dict[str, Diagnosis]:
    """Return the diagnoses by the first pattern that holds in all checks of the group."""
    for name, pattern in patterns.items():
        sentence = pattern(together)
        sentences = dict.fromkeys(group, sentence)
        if sentence is None and name in PER_CHECK:
            sentences = {check: pattern(evidence) for check, evidence in group.items()}
        diagnoses = {
            check: Diagnosis(f"generic/{name}", sentence)
            for check, sentence in sentences.items()
            if sentence is not None
        }
        if len(diagnoses) == len(group):
            return diagnoses
    return {}
