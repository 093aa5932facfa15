"""Precision, recall and F1 of entities, for each type and in total.

Source: Tjong Kim Sang and De Meulder, "Introduction to the CoNLL-2003 Shared Task" (2003).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from framework.data.tags import entities
from framework.errors import BadInputError


@dataclass(frozen=True)
class EntityScore:
    """Counts of entities; an entity is right if its first word, last word and type are right.

    Attributes:
        right: predicted entities that are true.
        predicted: all predicted ones.
        true: all true ones.
    """

    right: int
    predicted: int
    true: int

    @property
    def precision(self) -> float:
        """right / predicted; 1 if nothing was predicted."""
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """right / true; 1 without true entities."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision P and recall R; 1 without true and predicted entities.

        F1 = 2 P R / (P + R) = 2 · right / (predicted + true)
        """
        both = self.predicted + self.true
        return 2 * self.right / both if both else 1.0


def entity_scores(
    true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> dict[str, EntityScore]:
    """Return the score of each true or predicted type of entity, in alphabetical order.

    Args:
        true: the tags of each sentence, see `framework.data.tags`.
        predicted: the predicted tags, in the same form.

    Raises:
        BadInputError: there are not as many tags as words, or a tag is none.
    """
    if [len(tags) for tags in true] != [len(tags) for tags in predicted]:
        raise BadInputError("F1 needs one predicted tag for every word of every sentence")
    right: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for expected, tags in zip(true, predicted, strict=True):
        a, b = set(entities(expected)), set(entities(tags))
        for count, some in ((right, a & b), (returned, b), (there, a)):
            count.update(entity.type for entity in some)
    types = sorted(returned.keys() | there.keys())
    return {kind: EntityScore(right[kind], returned[kind], there[kind]) for kind in types}


def together(scores: dict[str, EntityScore]) -> EntityScore:
    """Return the score of the entities of all types."""
    every = scores.values()
    return EntityScore(
        sum(score.right for score in every),
        sum(score.predicted for score in every),
        sum(score.true for score in every),
    )


def score_table(scores: dict[str, EntityScore]) -> list[str]:
    """Return a line per type and one for all, under a line of headings."""
    rows = {**scores, "all": together(scores)}
    width = max(len("type"), *map(len, rows))
    lines = [f"{'type':<{width}}  precision  recall      F1  entities"]
    for kind, score in rows.items():
        lines.append(
            f"{kind:<{width}}  {score.precision:9.4f}  {score.recall:6.4f}  {score.f1:6.4f}"
            f"  {score.true:8,}"
        )
    return lines
