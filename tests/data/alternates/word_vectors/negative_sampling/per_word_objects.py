"""A record for each different word."""

from dataclasses import dataclass

import numpy as np


def sampling_distribution(counts, power=0.75):
    numbers = [float(count) for count in counts]
    if any(not 0 <= n < float("inf") for n in numbers) or not any(numbers):
        raise ValueError("counts")
    largest = max(numbers)
    weights = [(n / largest) ** power if n else 0.0 for n in numbers]
    return np.array([w / sum(weights) for w in weights])


@dataclass
class _Word:
    vector: np.ndarray
    answers: list

    def loss_and_slope(self, center):
        z = np.dot(self.vector, center)
        losses = [np.logaddexp(z.dtype.type(0), -z if yes else z) for yes in self.answers]
        p = np.exp(-np.logaddexp(z.dtype.type(0), -z))
        no = np.exp(-np.logaddexp(z.dtype.type(0), z))
        return sum(losses), sum(-no if yes else p for yes in self.answers)


def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    words = {}
    for number, word in enumerate([outside_id, *negative_ids.tolist()]):
        if word < 0 or word >= len(outside_vectors):
            raise IndexError(word)
        words.setdefault(word, _Word(outside_vectors[word], [])).answers.append(number == 0)
    order = sorted(words)
    found = [words[word].loss_and_slope(center) for word in order]
    d_center = sum(
        slope * words[word].vector for (_, slope), word in zip(found, order, strict=True)
    )
    d_words = np.stack([slope * center for _, slope in found])
    return float(sum(loss for loss, _ in found)), d_center, np.array(order), d_words
