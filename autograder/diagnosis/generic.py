"""What can be told of failed checks without a list of the exercise's mistakes.

The failed checks of one task whose answers went wrong in the same method are looked at together:
what is said has to hold in all of them, and the answers that were right must not speak against
it. What is plain to see comes first (zero is returned, an argument is changed), then the solution
used in another way, then what the arrays have in common, and small changes of the solution last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.diagnosis.bench import Bench
from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.patterns import EACH, EFFECTS, LISTS, PATTERNS, Pattern
from autograder.diagnosis.reading import gather, pairs_of
from autograder.diagnosis.replay import Module, SourceModule
from autograder.diagnosis.slips import slips_of
from autograder.diagnosis.variants import variants_of
from autograder.results import Diagnosis


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
        here = {name: failed[name] for name in group}
        together = Evidence.together(group.values(), [p for p in right if p.method == method])
        if is_of_arrays:
            found |= (
                _pattern(EFFECTS, group, together)
                or _variant(bench, task, method, here, passed)
                or _pattern(PATTERNS, group, together)
                or _slip(bench, task, method, here, passed)
            )
            continue
        # What explains the others has to explain the arrays of this method as well.
        here |= {name: failed[name] for name in groups.get((method, True), {})}
        told = (
            _variant(bench, task, method, here, passed)
            or _pattern(LISTS, group, together)
            or _slip(bench, task, method, here, passed)
        )
        found = told | found
    return found


def _variant(
    bench: Bench,
    task: str,
    method: str,
    failed: Mapping[str, Exchanges],
    passed: Sequence[Exchanges],
) -> dict[str, Diagnosis]:
    """The solution, used in another way, that answers as the submission did."""
    for variant in variants_of(bench, task, list(failed.values())):
        if _explains(bench, variant, method, failed, passed):
            told = Diagnosis(f"generic/{variant.id}", variant.sentence)
            return dict.fromkeys(failed, told)
    return {}


def _slip(
    bench: Bench,
    task: str,
    method: str,
    failed: Mapping[str, Exchanges],
    passed: Sequence[Exchanges],
) -> dict[str, Diagnosis]:
    """The solution with one small change that answers as the submission did."""
    for slip in slips_of(bench.exercise, task, method):
        if bench.slips_left <= 0:
            break
        bench.slips_left -= 1
        try:
            module = SourceModule(slip.source, bench.exercise.name)
        except SyntaxError:
            continue
        if _explains(bench, module, method, failed, passed):
            return dict.fromkeys(failed, Diagnosis(f"generic/{slip.id}", slip.sentence))
    return {}


def _explains(
    bench: Bench,
    module: Module,
    method: str,
    failed: Mapping[str, Exchanges],
    passed: Sequence[Exchanges],
) -> bool:
    return all(bench.explains(module, exchanges, method) for exchanges in failed.values()) and all(
        bench.agrees(module, exchanges) for exchanges in passed
    )


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
