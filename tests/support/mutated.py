"""What operators of the audit, or changes like these, make of a few lines."""

import textwrap
from pathlib import Path

from plugins.authoring.audit.auditing import make_mutants

FRAME = '''
import numpy as np


class Layer:
    size = 0  # outside of the region

    def f(self, x, y):
        """Docstrings are left alone."""
        # BEGIN SOLUTION
{}
        # END SOLUTION
'''


def mutated(code, operators):
    """What `operators`, by their names, make of the body `code`: one body for each mutant."""
    source = FRAME.format(textwrap.indent(code, " " * 8))
    made = make_mutants(source, Path("layer.py"), operators)
    bodies = [m.source.partition("BEGIN SOLUTION\n")[2].partition("        # END")[0] for m in made]
    return [textwrap.dedent(body).strip() for body in bodies]
