"""A corpus of text: `gradus train rnn_lm --corpus weather --plugin FILE`."""

from collections.abc import Iterable

import numpy as np

from framework.data.corpus import Corpus
from framework.data.corpus_entry import CorpusEntry
from framework.data.vocabulary import Vocabulary
from framework.hookspecs import hookimpl


def weather() -> Corpus:
    """Return days of rain and sun; each day is as the one before with probability 0.9."""
    words = Vocabulary(["<eos>", "rain", "sun"])
    rng = np.random.default_rng(0)
    changes = rng.random(5000) < 0.1
    days = 1 + np.cumsum(changes) % 2
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    return Corpus("weather", days[:4000], days[4000:], words, best_perplexity=np.exp(entropy))


@hookimpl
def register_corpora() -> Iterable[CorpusEntry]:
    """Offer `weather`."""
    return [CorpusEntry("weather", "text", f"{__file__}:weather", "days of rain and of sun")]
