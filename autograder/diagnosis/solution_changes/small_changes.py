"""The solution with one small change of its source: as the audit makes them, and as beginners do.

Reports show only the name of a change, and of a missing term what the text names, so that they do
not reveal the solution.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from autograder.course.reading import Exercise
from autograder.course.source import find_function
from autograder.diagnosis.solution_changes.beginner_operators import (
    BEGINNER_MUTATIONS,
    MANY_MUTATIONS,
)
from autograder.mutations.mutants import OPERATORS, draw_mutants
from autograder.results.report import Diagnosis

#: The sentence about a method and a change.
BEHAVES = "Your {} behaves like the solution with one change: {}."
#: The operator whose sentence names the missing term, its id, and these words.
DROPPED, DROPPED_ID = "dropped operand", "generic/dropped-operand"
TERM = "one term or factor with {} is missing"
_WORD, _KEY = re.compile(r"\w+"), re.compile(r"""\[["'](\w+)["']\]""")

#: Operator -> the sentence that describes the change to a student.
WORDS = {
    "np.add.at": "x[ids] += y instead of np.add.at: repeated ids count only once",
    "overwrite": "= instead of +=: earlier values are lost",
    "rebinding": "a new array instead of a change in place",
    "in place": "an array is changed in place, though other code needs its old values",
    "sum and mean": "sum instead of mean, or mean instead of sum",
    "axis": "one operation is along another axis, or over all axes",
    "transpose": "one transpose is missing",
    "max and min": "maximum instead of minimum, or minimum instead of maximum",
    "swapped parts": "two results are exchanged",
    "swapped operands": "the two sides of one operation are exchanged",
    "swapped arguments": "two arguments of one call are exchanged",
    "shifted slice": "one slice starts or ends at another position",
    "shifted index": "one index is wrong by one",
    "loop bounds": "one loop misses its first or its last iteration",
    "comparison": "another comparison in one place, such as < instead of ≤",
    "condition": "one condition is missing or negated",
    "boolean": "one condition is missing or negated",
    "dropped minus": "one minus sign is missing",
    "added minus": "one extra minus sign",
    "dropped call": "one function call is missing",
    "function": "another function in one place",
    DROPPED: "one term or factor is missing",
    "arithmetic": "another operation in one place, such as + instead of −",
    "dropped argument": "one argument of a call is missing",
    "dropped statement": "one statement is missing",
    "constant": "another constant in one place",
    "dropped copy": "one copy is missing: a later change of the one array changes the other one",
    "key": "another parameter, or another key, in one place",
    "attribute": "another attribute in one place",
    "variable": "another variable in one place",
}


def mutation_candidates(
    exercise: Exercise, source: str, task: str, method: str
) -> Iterator[tuple[Diagnosis, str]]:
    """Yield the small changes that can make `method` of `task` wrong, those inside it first.

    Each is the diagnosis that describes the change, and the changed source. Code that only runs
    after `forward` cannot have made it wrong.

    Args:
        source: the text of the solution, or of the solution with a known mistake.
    """
    own = {method, f"{task}.{method}"}
    tasks = set(exercise.task_names)

    def elsewhere(name: str) -> bool:
        owner, _, function = name.partition(".")
        if name in own or (owner != task and owner in tasks):
            return False
        return not (method == "forward" and function == "backward")

    audited = {name: (words, OPERATORS[name]) for name, words in WORDS.items()}
    tables = (audited, BEGINNER_MUTATIONS, MANY_MUTATIONS)
    known = {source}  # two operators may make the same change
    for table, within in product(tables, (own.__contains__, elsewhere)):
        operators = {name: mutate for name, (_, mutate) in table.items()}
        for mutant in draw_mutants(source, exercise.solution, operators, within):
            if mutant.source in known:
                continue
            known.add(mutant.source)
            words, _ = table[mutant.operator]
            name = mutant.operator.replace("np.", "").replace(".", "-").replace(" ", "-")
            if mutant.operator == DROPPED and (term := _term(source, mutant.source, task, method)):
                words = TERM.format(term)
            yield Diagnosis(f"generic/{name}", BEHAVES.format(method, words)), mutant.source


def names_a_term(said: Diagnosis) -> bool:
    """Return whether `said` names a missing term: another missing term may fit as well."""
    return said.id == DROPPED_ID and not said.sentence.endswith(f"{WORDS[DROPPED]}.")


def without_term(said: Diagnosis, method: str) -> Diagnosis:
    """Return `said` of a missing term in `method`, without its name."""
    return replace(said, sentence=BEHAVES.format(method, WORDS[DROPPED]))


def _term(source: str, mutant: str, task: str, method: str) -> str:
    """Return the argument, option or parameter in the dropped term; empty without exactly one."""
    counts = [Counter(_WORD.findall(text)) for text in (source, mutant)]
    functions = (find_function(source, f"{task}.{name}") for name in (method, "__init__"))
    known = {a.arg for f in functions if f for a in ast.walk(f.args) if isinstance(a, ast.arg)}
    known |= {*_KEY.findall(source)} - {"self"}
    names = [name for name in counts[0] - counts[1] if name in known - {"self"}]
    return names[0] if len(names) == 1 else ""
