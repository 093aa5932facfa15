"""The students of the term: their names and identifiers, and the students with a role."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

_FIRST = (
    *("Ana", "Bo", "Chiara", "Dana", "Emre", "Fatima", "Grzegorz", "Hana", "Ivo", "Júlia", "Kofi"),
    *("Lena", "Mai", "Noor", "Oksana", "Paulo", "Rosa", "Søren", "Tariq", "Ulla", "Viktor", "小明"),
)
_LAST = (
    *("Andersen", "Brandt", "Costa", "Dąbrowski", "Eriksen", "Fischer", "García", "Horvat"),
    *("Ito", "Jensen", "Kaya", "López", "Mbeki", "Novák", "Okafor", "Petrov", "Rossi", "Schmidt"),
)
#: Names that attack spreadsheets, pages and terminals, and one that is written from the right.
_ODD = ('=HYPERLINK("x")', "Zoë <b>O'Brien</b>", "\u202bדנה כהן\u202c", "Li, Bo", "x\x1b[2Jy")


@dataclass(frozen=True)
class Person:
    """A student; each learning system has a number or a name of its own for them."""

    number: int
    name: str

    @property
    def key(self) -> str:
        """The number of the university: the key in collections and tables."""
        return f"s{self.number:03}"

    @property
    def email(self) -> str:
        """The address, which Gradescope has."""
        return f"{self.key}@uni.example"

    @property
    def participant(self) -> str:
        """The number that Moodle gives to a participant."""
        return str(71000 + 7 * self.number)

    @property
    def canvas(self) -> str:
        """The number of a user of Canvas."""
        return str(4000 + 3 * self.number)

    @property
    def github(self) -> str:
        """The name on GitHub."""
        return f"dev-{self.number}-x"

    @property
    def shown(self) -> str:
        """What commands call the student."""
        return f"{self.key} ({self.name})"


@dataclass(frozen=True)
class Class:
    """The students of a term, at least nine; the first nine have roles in it."""

    people: tuple[Person, ...]

    @classmethod
    def of(cls, count: int) -> Class:
        """Return a class of `count` students, always the same."""
        rng = random.Random(1)
        drawn = (f"{rng.choice(_FIRST)} {rng.choice(_LAST)}" for _ in range(count))
        names = [*drawn]
        names[10 : 10 + len(_ODD)] = _ODD[: max(count - 10, 0)]
        return cls(tuple(Person(i, name) for i, name in enumerate(names, start=1)))

    @cached_property
    def with_roles(self) -> tuple[Person, ...]:
        """The students with a role: their work is right, except where the role needs other work."""
        return self.people[:9]

    @property
    def copied(self) -> Person:
        """The student whose code of week 4 another one hands in."""
        return self.people[0]

    @property
    def copier(self) -> Person:
        """The student who hands it in, with other names and comments."""
        return self.people[1]

    @property
    def repeater(self) -> Person:
        """The student who hands in work of last year's class."""
        return self.people[2]

    @property
    def leaver(self) -> Person:
        """The student who leaves, and is forgotten."""
        return self.people[3]

    @property
    def partner(self) -> Person:
        """The student who works together with the leaver in week 3."""
        return self.people[4]

    @property
    def hostile(self) -> Person:
        """The student who attacks the grader."""
        return self.people[5]

    @property
    def ill(self) -> Person:
        """The student who has two more days in week 2."""
        return self.people[6]

    @property
    def late(self) -> Person:
        """The student who is two days late in week 2, and three days in week 4."""
        return self.people[7]

    @property
    def careless(self) -> Person:
        """The student whose neuron calls a wrong sigmoid, and whose second attempt is worse."""
        return self.people[8]

    def roster(self, without: Sequence[Person] = ()) -> str:
        """Return the roster as CSV."""
        columns = ("student", "name", "email", "participant", "canvas", "github")
        kept = (person for person in self.people if person not in without)
        return table(
            columns,
            ((p.key, p.name, p.email, p.participant, p.canvas, p.github) for p in kept),
        )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()
