"""The report of `gradus doctor` as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.installation.facts import Fact, Section

#: Names of facts are followed by their values in this column, where they are short enough.
_COLUMN = 20


def report_lines(sections: Sequence[Section]) -> Iterator[str]:
    """Yield each section under its title, and all problems at the end."""
    for section in sections:
        yield section.title
        for fact in section.facts:
            yield from _lines(fact)
        yield ""
    problems = [problem for section in sections for problem in section.problems]
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    yield f"{count}:" if problems else "No problem found."
    yield from (f"  {problem}" for problem in problems)


def _lines(fact: Fact) -> Iterator[str]:
    """Yield the value beside the name; its further lines stand below."""
    first, *others = (fact.value or ("see the end" if fact.problem else "")).split("\n")
    mark = "!" if fact.problem else " "
    yield f"{mark} {fact.name:<{_COLUMN}} {first}".rstrip()
    yield from (f"  {'':<{_COLUMN}} {line}" for line in others)
