"""The solution with one small change, as the audit makes them: a term left out, an axis mistaken.

What such a change is called is all that is told of it: the solution itself stays unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from autograder.course.reading import Exercise
from autograder.diagnosis.beginner_mutations import HABITS
from autograder.mutations.mutants import draw_mutants
from autograder.mutations.operators import OPERATORS

#: Operator -> what the change looks like from outside.
WORDS = {
    "np.add.at": "x[ids] += y in place of np.add.at: ids that occur several times count once",
    "overwrite": "= in place of one +=: what was there is lost",
    "rebinding": "a new array where one should be changed in place",
    "in place": "an array changed in place that somebody else still needs",
    "sum and mean": "one sum in place of a mean, or a mean in place of a sum",
    "axis": "one operation along another axis, or over all of them",
    "transpose": "one transpose left out",
    "max and min": "a maximum in place of a minimum, or the other way round",
    "swapped parts": "two results in each other's place",
    "swapped operands": "the two sides of one operation exchanged",
    "swapped arguments": "two arguments of one call in each other's place",
    "shifted slice": "one slice that starts or ends at another place",
    "shifted index": "one index that is off by one step",
    "loop bounds": "one loop that misses its first or its last round",
    "comparison": "another comparison in one place, such as < in place of ≤",
    "condition": "one condition that is left out or turned round",
    "boolean": "one condition that is left out or turned round",
    "dropped minus": "one minus sign lost",
    "added minus": "one minus sign too many",
    "dropped call": "one function left out",
    "function": "another function in one place",
    "dropped operand": "one term or factor left out",
    "arithmetic": "another operation in one place, such as + in place of −",
    "dropped argument": "one argument of a call left out",
    "dropped statement": "one step left out",
    "constant": "another constant in one place",
    "attribute": "another attribute in one place",
    "variable": "another variable in one place",
}


@dataclass(frozen=True)
class MutationCandidate:
    """One small change, and what to say of it."""

    id: str
    sentence: str
    source: str


def mutation_candidates(exercise: Exercise, task: str, method: str) -> Iterator[MutationCandidate]:
    """The small changes that can make `method` of `task` wrong, its own first.

    What only runs after `forward` cannot have made it wrong.
    """
    own = {method, f"{task}.{method}"}
    tasks = set(exercise.task_names)

    def elsewhere(place: str) -> bool:
        owner, _, function = place.partition(".")
        if place in own or (owner != task and owner in tasks):
            return False
        return not (method == "forward" and function == "backward")

    source = exercise.solution_source()
    tables = (
        {name: (words, OPERATORS[name]) for name, words in WORDS.items()},
        HABITS,
    )
    for table, within in product(tables, (own.__contains__, elsewhere)):
        operators = {name: mutate for name, (_, mutate) in table.items()}
        for mutant in draw_mutants(source, exercise.solution, operators, within):
            words, _ = table[mutant.operator]
            name = mutant.operator.replace("np.", "").replace(".", "-").replace(" ", "-")
            yield MutationCandidate(
                name, f"Your {method} answers as it would with {words}.", mutant.source
            )
