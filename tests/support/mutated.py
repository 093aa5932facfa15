"""What operators of the audit, or changes like these, make of a few lines."""

import textwrap
from pathlib import Path

from repository import text_of

from plugins.authoring.audit.auditing import make_mutants

FRAME = text_of("texts/mutated/frame.py")


def mutated(code, operators):
    """What `operators`, by their names, make of the body `code`: one body for each mutant."""
    source = FRAME.format(textwrap.indent(code, " " * 8))
    made = make_mutants(source, Path("layer.py"), operators)
    bodies = [m.source.partition("BEGIN SOLUTION\n")[2].partition("        # END")[0] for m in made]
    return [textwrap.dedent(body).strip() for body in bodies]
