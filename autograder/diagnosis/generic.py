"""What can be told of failed checks without a list of the exercise's mistakes.

The failed checks of one task whose answers went wrong in the same method are looked at together:
what is said has to hold in all of them, and the answers that were right must not speak against
it. What is plain to see comes first (zero is returned, an argument is changed), then the solution
used in another way, then what the arrays have in common, and small changes of the solution last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.diagnosis.behaviour_changes import behaviour_changes
from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.mutation_candidates import mutation_candidates
from autograder.diagnosis.patterns import EACH, EFFECTS, LISTS, PATTERNS, Pattern
from autograder.diagnosis.reading import gather, pairs_of
from autograder.diagnosis.replay import Module, SourceModule
from autograder.diagnosis.replay_cache import ReplayCache
from autograder.record.results import Diagnosis


def explain_failures(
    cache: ReplayCache, task: str, failed: Mapping[str, Exchanges], passed: Sequence[Exchanges]
) -> dict[str, Diagnosis]:
    """What explains the `failed` checks of `task`, by their ids, where anything does.

    Args:
        passed: what the checks of the task asked that passed.
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
        # What explains other answers has to explain the arrays of the same method as well.
        names = group if is_of_arrays else {**group, **groups.get((method, True), {})}
        case = Case(cache, task, method, {name: failed[name] for name in names}, passed)
        told = (
            (is_of_arrays and _pattern(EFFECTS, group, together))
            or case.changed()
            or _pattern(PATTERNS if is_of_arrays else LISTS, group, together)
            or case.mutation()
        )
        found = told | found
    return found


@dataclass(frozen=True)
class Case:
    """Failed checks of one task that went wrong in the same method.

    Args:
        failed: what they asked, by their ids.
        passed: what the checks of the task asked that passed.
    """

    cache: ReplayCache
    task: str
    method: str
    failed: Mapping[str, Exchanges]
    passed: Sequence[Exchanges]

    def changed(self) -> dict[str, Diagnosis]:
        """The solution, used in another way, that answers as the submission did."""
        for changed in behaviour_changes(self.cache, self.task, list(self.failed.values())):
            if self._is_explained_by(changed):
                return self._told(changed.id, changed.sentence)
        return {}

    def mutation(self) -> dict[str, Diagnosis]:
        """The solution with one small change that answers as the submission did."""
        for mutation in mutation_candidates(self.cache.exercise, self.task, self.method):
            if self.cache.mutations_left <= 0:
                break
            self.cache.mutations_left -= 1
            try:
                module = SourceModule(mutation.source, self.cache.exercise.name)
            except SyntaxError:
                continue
            if self._is_explained_by(module):
                return self._told(mutation.id, mutation.sentence)
        return {}

    def _told(self, name: str, sentence: str) -> dict[str, Diagnosis]:
        return dict.fromkeys(self.failed, Diagnosis(f"generic/{name}", sentence))

    def _is_explained_by(self, module: Module) -> bool:
        cache = self.cache
        return all(
            cache.explains(module, exchanges, self.method) for exchanges in self.failed.values()
        ) and all(cache.agrees(module, exchanges) for exchanges in self.passed)


def _pattern(
    patterns: Mapping[str, Pattern], group: Mapping[str, Evidence], together: Evidence
) -> dict[str, Diagnosis]:
    """What the wrong arrays have in common, in all checks of the group."""
    for name, pattern in patterns.items():
        sentence = pattern(together)
        sentences = dict.fromkeys(group, sentence)
        if sentence is None and name in EACH:
            sentences = {check: pattern(evidence) for check, evidence in group.items()}
        told = {
            check: Diagnosis(f"generic/{name}", said)
            for check, said in sentences.items()
            if said is not None
        }
        if len(told) == len(group):
            return told
    return {}
