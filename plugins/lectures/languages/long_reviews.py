"""Long reviews with one opinion in their first half: the classes are known without error.

    the plot was new and the film was not dull and the cast was not late and the music was long

Exactly one clause has an adjective that praises or blames; the others report. A classifier has to
notice it among dozens of words that do not matter, and one that looks at its last state alone must
keep it until the end (lecture 6, section 3.5; lecture 7 on how a simple recurrent layer forgets).
"""

from __future__ import annotations

import numpy as np

from framework.data.batching import pad
from framework.data.vocabulary import Ids
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_near, drawn_vocabulary
from plugins.lectures.languages.sentiment import ASPECTS, NEGATIVE, POSITIVE

NEUTRAL = ("new", "long", "late", "quiet", "usual", "modern")


class LongReviews:
    """Texts of clauses ``the ASPECT was [not] ADJECTIVE``, joined by ``and``, one with an opinion.

    The opinion stands in the first half. Label 1 is positive, 0 negative; both are equally
    frequent. The words decide the label, so that the best possible accuracy is 1.

    Args:
        clauses: of one text, the opinion included.
        negation: probability that a clause is negated, whether it has an opinion or not.
        rng: draws the ids of the words and, near its usual value, how often a clause is negated;
            None: the usual language.

    Raises:
        BadInputError: there is no clause, or `negation` is not in (0, 1).
    """

    best_accuracy = 1.0

    def __init__(
        self,
        clauses: int = 8,
        negation: float = 0.1,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if clauses < 1 or not 0 < negation < 1:
            raise BadInputError(
                "long reviews need clauses ≥ 1 and 0 < negation < 1, "
                f"received {clauses} and {negation}"
            )
        self.clauses, self.negation = clauses, drawn_near(negation, rng)
        adjectives = POSITIVE + NEGATIVE + NEUTRAL
        self.vocabulary = drawn_vocabulary(
            sorted({*ASPECTS, *adjectives, "the", "was", "not", "and"}), rng
        )

    def sample(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Draw `count` labelled texts.

        Returns:
            ids `(count, T)`, padded with `PAD`, and labels `(count,)`.
        """
        texts, labels = zip(*(self._draw(rng) for _ in range(count)), strict=True)
        return pad([self.vocabulary.encode(text) for text in texts]), np.array(labels)

    def _draw(self, rng: np.random.Generator) -> tuple[list[str], int]:
        position, praises = rng.integers((self.clauses + 1) // 2), rng.random() < 0.5
        negated = rng.random(self.clauses) < self.negation
        words: list[str] = []
        for i in range(self.clauses):
            opinion = POSITIVE if praises else NEGATIVE
            adjective = rng.choice(opinion if i == position else NEUTRAL)
            words += ["and"] * bool(words) + ["the", rng.choice(ASPECTS), "was"]
            words += ["not"] * int(negated[i]) + [adjective]
        return words, int(praises != negated[position])
