"""Facts about an installation, in sections, and the problems among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from framework.importing import in_one_line


@dataclass(frozen=True)
class Fact:
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
class Section:
    """Facts about one subject."""

    title: str
    facts: tuple[Fact, ...]

    @property
    def problems(self) -> list[str]:
        """The problems, each after the name of its fact."""
        return [f"{fact.name}: {fact.problem}" for fact in self.facts if fact.problem]


def section(title: str, find: Callable[[], Iterable[Fact]]) -> Section:
    """Return the facts that `find` yields; an exception ends them and is a problem itself."""
    facts: list[Fact] = []
    try:
        for fact in find():
            facts.append(fact)
    except (Exception, SystemExit) as error:  # a report on what is broken must not break
        facts.append(Fact(title, problem=in_one_line(error)))
    return Section(title, tuple(facts))
