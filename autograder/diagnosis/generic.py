"""What can be told of failed checks without a list of the exercise's mistakes.

The failed checks of one task whose answers went wrong in the same method are looked at together:
what is said has to hold in all of them, and the answers that were right must not speak against
it. What is plain to see comes first (zero is returned, an argument is changed), then the solution
used in another way, then what the arrays have in common, and small changes of the solution last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.diagnosis.bench import Bench, Exchanges
from autograder.diagnosis.evidence import Evidence
from autograder.diagnosis.patterns import EACH, EFFECTS, PATTERNS, Pattern
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
    groups: dict[str, dict[str, Evidence]] = {}
    for name, exchanges in failed.items():
        evidence = gather(exchanges, bench.right_answers(exchanges))
        if evidence is not None:
            groups.setdefault(evidence.method, {})[name] = evidence
    found: dict[str, Diagnosis] = {}
    for method, group in groups.items():
        here = {name: failed[name] for name in group}
        together = Evidence.together(group.values(), [p for p in right if p.method == method])
        found |= (
            _pattern(EFFECTS, group, together)
            or _variant(bench, task, here, passed)
            or _pattern(PATTERNS, group, together)
            or _slip(bench, task, method, here, passed)
        )
    return found


def _variant(
    bench: Bench, task: str, failed: Mapping[str, Exchanges], passed: Sequence[Exchanges]
) -> dict[str, Diagnosis]:
    """The solution, used in another way, that answers as the submission did."""
    for variant in variants_of(bench, task, list(failed.values())):
        if _explains(bench, variant, failed, passed):
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
        if _explains(bench, module, failed, passed):
            return dict.fromkeys(failed, Diagnosis(f"generic/{slip.id}", slip.sentence))
    return {}


def _explains(
    bench: Bench, module: Module, failed: Mapping[str, Exchanges], passed: Sequence[Exchanges]
) -> bool:
    return all(bench.explains(module, exchanges) for exchanges in failed.values()) and all(
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
