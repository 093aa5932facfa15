"""Facts about an installation, in sections, their problems, and the report as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from framework.importing import in_one_line


@dataclass(frozen=True)
class SystemFact:
    """One line of the report.

    Attributes:
        name: what it is about.
        value: what was found; may have several lines.
        problem: what does not work, and the next command; empty where all is well.
    """

    name: str
    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class FactSection:
    """Facts about one subject."""

    title: str
    facts: tuple[SystemFact, ...]

    @property
    def problems(self) -> list[str]:
        """The problems, each after the name of its fact."""
        return [f"{fact.name}: {fact.problem}" for fact in self.facts if fact.problem]


def section(title: str, find: Callable[[], Iterable[SystemFact]]) -> FactSection:
    """Return the facts that `find` yields; an exception ends them and is a problem itself."""
    facts: list[SystemFact] = []
    try:
        for fact in find():
            facts.append(fact)
    except (Exception, SystemExit) as error:  # a report on what is broken must not break
        facts.append(SystemFact(title, problem=in_one_line(error)))
    return FactSection(title, tuple(facts))


#: Names of facts are followed by their values in this column, where they are short enough.
_COLUMN = 20


def report_lines(sections: Sequence[FactSection]) -> Iterator[str]:
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


def _lines(fact: SystemFact) -> Iterator[str]:
    """Yield the value beside the name; its further lines stand below."""
    first, *others = (fact.value or ("see the end" if fact.problem else "")).split("\n")
    mark = "!" if fact.problem else " "
    yield f"{mark} {fact.name:<{_COLUMN}} {first}".rstrip()
    yield from (f"  {'':<{_COLUMN}} {line}" for line in others)
