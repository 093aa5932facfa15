"""What can be told of failed checks without a list of the exercise's mistakes.

The failed checks of one task whose answers went wrong in the same method are looked at together:
what is said has to hold in all of them, and the answers that were right must not speak against
it. What is plain to see comes first (zero is returned, an argument is changed), then the solution
used in another way, then what the arrays have in common, and small changes of the solution last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.diagnosis.behaviour_changes import variants_of
from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.mutation_candidates import slips_of
from autograder.diagnosis.patterns import EACH, EFFECTS, LISTS, PATTERNS, Pattern
from autograder.diagnosis.reading import gather, pairs_of
from autograder.diagnosis.replay import Module, SourceModule
from autograder.diagnosis.replay_cache import Bench
from autograder.record.results import Diagnosis


def explain_failures(
    bench: Bench, task: str, failed: Mapping[str, Exchanges], passed: Sequence[Exchanges]
) -> dict[str, Diagnosis]:
    """What explains the `failed` checks of `task`, by their ids, where anything does.

    Args:
        passed: what the checks of the task asked that passed.
    """
    right = [pair for other in passed for pair in pairs_of(other, bench.right_answers(other))]
    groups: dict[tuple[str, bool], dict[str, Evidence]] = {}
    for name, exchanges in failed.items():
        evidence = gather(exchanges, bench.right_answers(exchanges))
        if evidence is not None:
            groups.setdefault((evidence.method, evidence.is_of_arrays), {})[name] = evidence
    found: dict[str, Diagnosis] = {}
    for (method, is_of_arrays), group in sorted(groups.items(), key=lambda item: not item[0][1]):
        together = Evidence.together(group.values(), [p for p in right if p.method == method])
        # What explains other answers has to explain the arrays of the same method as well.
        names = group if is_of_arrays else {**group, **groups.get((method, True), {})}
        case = Case(bench, task, method, {name: failed[name] for name in names}, passed)
        told = (
            (is_of_arrays and _pattern(EFFECTS, group, together))
            or case.variant()
            or _pattern(PATTERNS if is_of_arrays else LISTS, group, together)
            or case.slip()
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

    bench: Bench
    task: str
    method: str
    failed: Mapping[str, Exchanges]
    passed: Sequence[Exchanges]

    def variant(self) -> dict[str, Diagnosis]:
        """The solution, used in another way, that answers as the submission did."""
        for variant in variants_of(self.bench, self.task, list(self.failed.values())):
            if self._is_explained_by(variant):
                return self._told(variant.id, variant.sentence)
        return {}

    def slip(self) -> dict[str, Diagnosis]:
        """The solution with one small change that answers as the submission did."""
        for slip in slips_of(self.bench.exercise, self.task, self.method):
            if self.bench.slips_left <= 0:
                break
            self.bench.slips_left -= 1
            try:
                module = SourceModule(slip.source, self.bench.exercise.name)
            except SyntaxError:
                continue
            if self._is_explained_by(module):
                return self._told(slip.id, slip.sentence)
        return {}

    def _told(self, name: str, sentence: str) -> dict[str, Diagnosis]:
        return dict.fromkeys(self.failed, Diagnosis(f"generic/{name}", sentence))

    def _is_explained_by(self, module: Module) -> bool:
        bench = self.bench
        return all(
            bench.explains(module, exchanges, self.method) for exchanges in self.failed.values()
        ) and all(bench.agrees(module, exchanges) for exchanges in self.passed)


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
