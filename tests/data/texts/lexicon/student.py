
def synonyms(lexicon, word):
    return {"n": [f"my {word}"]}

def hypernym_closure(lexicon, synset):
    return ["my closure"]

def path_similarity(lexicon, a, b):
    return float(len(a))
