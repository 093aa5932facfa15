"""Returns whole numbers, OrderedDicts and a tuple; imports what a notebook imports."""

import logging
import os
import random
import sys
import warnings
from collections import OrderedDict, defaultdict

import numpy as np

logging.basicConfig(level=logging.INFO)
warnings.simplefilter("error")
random.seed(0)
np.random.seed(0)
np.set_printoptions(precision=3)
IN_COLAB = "google.colab" in sys.modules
HOME = os.environ.get("HOME", "")


def index_key(word):
    return word.lower().replace(" ", "_")


def synonyms(lexicon, word):
    logging.info("synonyms of %s", word)
    key, result = index_key(word), defaultdict(OrderedDict)
    for sense in lexicon["index"].get(key, []):
        synset = lexicon["synsets"][sense]
        result[synset["pos"]].update((w, None) for w in synset["words"] if index_key(w) != key)
    return OrderedDict((pos, tuple(words)) for pos, words in result.items())


def _climb(lexicon, synset):
    heights, queue = {synset: 0}, [synset]
    for here in queue:
        for above in lexicon["synsets"][here]["hypernyms"]:
            if above not in heights:
                heights[above] = heights[here] + 1
                queue.append(above)
    return heights


def hypernym_closure(lexicon, synset):
    return tuple(_climb(lexicon, synset))[1:]


def path_similarity(lexicon, a, b):
    up, other = _climb(lexicon, a), _climb(lexicon, b)
    common = up.keys() & other.keys()
    if not common:
        return 0
    if a == b:
        return 1
    return np.float64(1) / np.min([1 + up[c] + other[c] for c in common])
