"""The mutation operators, in one table: name -> the function that changes a node.

They are written for this project because existing libraries do not fit it: cosmic-ray and mutmut
change whole files and run a test command for each change, while here only the marked regions of a
solution count, a mutant is handed in like a student's file and runs in the same sandbox, and what
beginners of NumPy get wrong (axes, in-place marks, transposes, `np.add.at`) is in no library's
table.
"""

from __future__ import annotations

from autograder.mutations.operators.arithmetic import ARITHMETIC
from autograder.mutations.operators.arrays import ARRAYS
from autograder.mutations.operators.base import Mutate, Site
from autograder.mutations.operators.calls import CALLS
from autograder.mutations.operators.indexing import INDEXING
from autograder.mutations.operators.statements import STATEMENTS

#: Where two operators make the same mutant, the first one owns it.
OPERATORS: dict[str, Mutate] = {**STATEMENTS, **ARRAYS, **INDEXING, **CALLS, **ARITHMETIC}

__all__ = ["OPERATORS", "Mutate", "Site"]
