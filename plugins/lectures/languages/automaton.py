"""Unifilar probabilistic automata: languages whose entropy rate is known exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from framework.errors import BadInputError
from framework.interfaces import Array


@dataclass(frozen=True)
class Transition:
    """In state `source`, write `word` with `probability` and go to `target`."""

    source: str
    word: str
    probability: float
    target: str


class Automaton:
    """A random walk over states that writes one word per step, without end.

    It is *unifilar*: a state and the word written there determine the next state. A model that has
        seen the words from a known state on therefore knows the state, and no predictor can do
        better than the state's own distribution: the entropy rate of the words is the mean entropy
        of the states,

        H = −Σ_s π(s) Σ_w p(w|s) log p(w|s),      π = π P  (the stationary distribution),

    and the best possible perplexity is exp(H). (Shannon 1948, section 7.)

    Args:
        transitions: what each state may write. Probabilities of a state sum to 1.
        start: the state that every text starts in.

    Raises:
        BadInputError: probabilities that do not sum to 1, a state with two transitions for one
            word (not unifilar) or with none, or one from which some other is never reached.
    """

    def __init__(self, transitions: Iterable[Transition], start: str) -> None:
        self.start = start
        self.transitions: dict[str, dict[str, Transition]] = {}
        for transition in transitions:
            self._add(transition)
        self.states = sorted(self.transitions)
        self._check_probabilities()
        self._check_connected()
        self._draws = {state: _Draw(row.values()) for state, row in self.transitions.items()}

    def _add(self, transition: Transition) -> None:
        row = self.transitions.setdefault(transition.source, {})
        if transition.word in row:
            raise BadInputError(
                f"not unifilar: state '{transition.source}' writes '{transition.word}' twice"
            )
        row[transition.word] = transition

    def _check_probabilities(self) -> None:
        for state, row in self.transitions.items():
            values = [transition.probability for transition in row.values()]
            if min(values) <= 0 or abs(sum(values) - 1) > 1e-9:
                raise BadInputError(
                    f"the probabilities of state '{state}' must be positive and sum to 1, "
                    f"but their sum is {sum(values):.6g} and the smallest is {min(values):.6g}"
                )

    def _check_connected(self) -> None:
        targets = {t.target for row in self.transitions.values() for t in row.values()}
        for state in sorted((targets | {self.start}) - set(self.states)):
            raise BadInputError(f"state '{state}' has no transitions: a text would end there")
        for state in self.states:
            missing = set(self.states) - self._reachable(state)
            if missing:
                raise BadInputError(f"state '{min(missing)}' is never reached from '{state}'")

    def _reachable(self, state: str) -> set[str]:
        seen = {state}
        frontier = [state]
        while frontier:
            for transition in self.transitions[frontier.pop()].values():
                if transition.target not in seen:
                    seen.add(transition.target)
                    frontier.append(transition.target)
        return seen

    @property
    def words(self) -> list[str]:
        """Every word it can write, sorted."""
        return sorted({word for row in self.transitions.values() for word in row})

    def stationary(self) -> Array:
        """Return the share of time spent in each of `states`: π = π P, Σ π = 1; `(S,)`."""
        index = {state: i for i, state in enumerate(self.states)}
        P = np.zeros((len(index), len(index)))
        for source, row in self.transitions.items():
            for transition in row.values():
                P[index[source], index[transition.target]] += transition.probability
        system = np.vstack([P.T - np.eye(len(index)), np.ones(len(index))])
        right = np.append(np.zeros(len(index)), 1.0)
        return np.asarray(np.linalg.lstsq(system, right, rcond=None)[0])

    def entropy_rate(self) -> float:
        """H, the mean entropy of the next word given all before it, in nats."""
        return float(self.stationary() @ [self._entropy(state) for state in self.states])

    def _entropy(self, state: str) -> float:
        p = np.array([t.probability for t in self.transitions[state].values()])
        return float(-np.sum(p * np.log(p)))

    def sample(self, length: int, *, rng: np.random.Generator) -> list[str]:
        """Draw `length` words, from the start state on."""
        words = []
        state = self.start
        for u in rng.random(length).tolist():
            transition = self._draws[state](u)
            words.append(transition.word)
            state = transition.target
        return words

    def log_probabilities(self, words: Sequence[str]) -> Array:
        """log p of each of `words` given those before it, from the start state on: `(T,)`, nats.

        A word that cannot stand where it does, and all after it, have −inf.
        """
        log_p = np.full(len(words), -np.inf)
        state = self.start
        for position, word in enumerate(words):
            transition = self.transitions[state].get(word)
            if transition is None:
                break
            log_p[position] = np.log(transition.probability)
            state = transition.target
        return log_p


class _Draw:
    """Chooses a transition by a uniform number in [0, 1)."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self._transitions = list(transitions)
        # Without the last bound: rounding may leave it under 1, and a draw above it homeless.
        self._bounds = list(accumulate(t.probability for t in self._transitions))[:-1]

    def __call__(self, u: float) -> Transition:
        return self._transitions[bisect_right(self._bounds, u)]
