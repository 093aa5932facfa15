"""Takes word 0 for the end of every sentence, whatever `end` says."""

import right_answer


class NgramLM(right_answer.NgramLM):
    def __init__(self, vocabulary_size, order=3, *, end=None):
        super().__init__(vocabulary_size, order, end=None if end is None else 0)
