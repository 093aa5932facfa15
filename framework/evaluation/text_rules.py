"""Rules for generated texts as automata over words: the words that must or must not come.

A rule is a deterministic finite automaton. It reads a text word by word; a text may end in an
accepting state alone. `framework.evaluation.ruled` applies a rule to a language model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framework.data.text_lines import lines_of, read_text
from framework.data.vocabulary import EOS, PAD, UNK, Ids, Vocabulary
from framework.errors import BadInputError, UnknownNameError

#: The most states of an automaton; each word that must come doubles their number.
MAXIMUM_STATES = 1 << 10

#: In a file, every word that no other line of the state names.
ANY = "*"


@dataclass(frozen=True, eq=False)
class Automaton:
    """A deterministic finite automaton over word ids; state 0 is the initial one.

    Attributes:
        steps: `(Q, V)`, the state after each word; Q, which is no state, where a word is refused.
            No automaton reads `PAD` or `EOS`: their columns are set to Q.
        accepting: `(Q,)`, whether a text may end in the state.
    """

    steps: Ids
    accepting: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        if len(self.accepting) > MAXIMUM_STATES:
            raise BadInputError(
                f"the rule has {len(self.accepting)} states, and at most {MAXIMUM_STATES} are "
                "allowed: give fewer words that must come"
            )
        self.steps[:, [PAD, EOS]] = len(self.accepting)

    def __and__(self, other: Automaton) -> Automaton:
        """Return the automaton of the texts that both accept: its states are pairs of states."""
        (q, size), r = self.steps.shape, len(other.accepting)
        mine, theirs = self.steps[:, None], other.steps[None]
        pairs = np.where((mine == q) | (theirs == r), q * r, mine * r + theirs)
        accepting = self.accepting[:, None] & other.accepting
        return Automaton(pairs.reshape(q * r, size), accepting.ravel())

    @cached_property
    def distances(self) -> npt.NDArray[np.float64]:
        """The fewest words from each state to an accepting one, `(Q + 1,)`; infinite without."""
        known = np.where(np.append(self.accepting, False), 0.0, np.inf)
        for _ in self.accepting:
            nearer = np.minimum(known[:-1], 1 + known[self.steps].min(axis=1))
            if (nearer == known[:-1]).all():
                break
            known[:-1] = nearer
        return known

    def state_after(self, words: Iterable[int]) -> int:
        """Return the state after `words`; Q if one of them is refused. `UNK` is skipped."""
        state = 0
        for word in words:
            if word != UNK and state < len(self.accepting):
                state = int(self.steps[state, word])
        return state


def must_come(word: int, vocabulary_size: int) -> Automaton:
    """Return the automaton of the texts that have `word`."""
    steps = np.zeros((2, vocabulary_size), dtype=np.int64)
    steps[0, word] = 1
    steps[1] = 1
    return Automaton(steps, np.array([False, True]))


def must_not_come(words: Sequence[int], vocabulary_size: int) -> Automaton:
    """Return the automaton of the texts that have none of `words`."""
    steps = np.zeros((1, vocabulary_size), dtype=np.int64)
    steps[0, list(words)] = 1
    return Automaton(steps, np.array([True]))


def rule_of(
    vocabulary: Vocabulary,
    *,
    must: Sequence[str] = (),
    must_not: Sequence[str] = (),
    file: Path | None = None,
) -> Automaton | None:
    """Return the automaton of the texts that fulfil all of these rules; None without any.

    Args:
        vocabulary: the words of the texts.
        must: words that must come.
        must_not: words that must not come.
        file: an automaton, see `read_automaton`.

    Raises:
        UnknownNameError: a word is not in the vocabulary.
        BadInputError: one word is in `must` and in `must_not`, or `file` is no automaton.
    """
    if both := sorted({*must} & {*must_not}):
        raise BadInputError(f"'{both[0]}' must come and must not come: leave one of them out")
    rules = [must_come(word_id(word, vocabulary), len(vocabulary)) for word in dict.fromkeys(must)]
    if must_not:
        refused = [word_id(word, vocabulary) for word in must_not]
        rules.append(must_not_come(refused, len(vocabulary)))
    if file is not None:
        rules.append(read_automaton(file, vocabulary))
    return reduce(Automaton.__and__, rules) if rules else None


def read_automaton(file: Path, vocabulary: Vocabulary) -> Automaton:
    r"""Return the automaton in `file`: transitions, and states in which a text may end.

    A line ``STATE NEXT WORD`` is a transition, and a line ``STATE`` names an accepting state. The
    first state of the file is the initial one. The word ``*`` is every word that no other line of
    the state names; other words without a line are refused. These lines accept the texts whose
    quotation marks are closed::

        outside outside *
        outside inside  "
        inside  inside  *
        inside  outside "
        outside

    Raises:
        BadInputError: the file cannot be read, a line has another form, or there is no accepting
            state.
        UnknownNameError: a word is not in the vocabulary.
    """
    rows = [line.split() for line in lines_of(read_text(file)) if line.strip()]
    for row in rows:
        if len(row) not in (1, 3):
            raise BadInputError(
                f"{file}: `STATE NEXT WORD` or `STATE` expected, but got '{' '.join(row)}'"
            )
    states = list(dict.fromkeys(state for row in rows for state in row[:2]))
    numbers = {state: number for number, state in enumerate(states)}
    steps = np.full((len(states), len(vocabulary)), len(states), dtype=np.int64)
    # `*` first: the lines of single words replace its steps
    transitions = sorted((row for row in rows if len(row) == 3), key=lambda row: row[2] != ANY)
    for state, following, word in transitions:
        words = slice(None) if word == ANY else word_id(word, vocabulary)
        steps[numbers[state], words] = numbers[following]
    ends = {row[0] for row in rows if len(row) == 1}
    accepting = np.array([state in ends for state in states], dtype=bool)
    if not accepting.any():
        raise BadInputError(
            f"{file} has no accepting state: a line with a state alone says where a text may end"
        )
    return Automaton(steps, accepting)


def word_id(word: str, vocabulary: Vocabulary) -> int:
    """Return the id of `word` in a rule.

    Raises:
        UnknownNameError: it is not in the vocabulary; it has near misses.
    """
    if word not in vocabulary:
        raise UnknownNameError("word of the model's vocabulary", word, vocabulary.words)
    return int(vocabulary.encode([word])[0])


def words_needed(rule: Automaton, prompt: Sequence[int], length: int) -> int:
    """Return the fewest words after `prompt` that fulfil `rule`.

    Raises:
        BadInputError: the prompt breaks the rule, or more than `length` words are needed.
    """
    needed = rule.distances[rule.state_after(prompt)]
    if np.isinf(needed):
        raise BadInputError("no text that begins with this prompt fulfils the rule")
    if needed > length:
        raise BadInputError(
            f"the rule needs {needed:.0f} more words, but the text has at most {length}: allow more"
        )
    return int(needed)
