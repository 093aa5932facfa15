"""A word is one text with a character for each token; pairs are two characters."""


def merge_pair(ids, pair, new):
    text = "".join(map(chr, ids)).replace(chr(pair[0]) + chr(pair[1]), chr(0xFFFFF))
    return [new if character == chr(0xFFFFF) else ord(character) for character in text]


def learn_merges(words, count):
    if count < 0 or min(words.values(), default=1) < 1:
        raise ValueError("numbers out of range")
    texts = [(word.decode("latin-1"), times) for word, times in words.items()]
    merges = []
    for k in range(count):
        found = {}
        for text, times in texts:
            for t in range(len(text) - 1):
                found[text[t : t + 2]] = found.get(text[t : t + 2], 0) + times
        if not found:
            return merges
        best = min(found.items(), key=lambda item: (-item[1], item[0]))[0]
        texts = [(text.replace(best, chr(256 + k)), times) for text, times in texts]
        merges.append((ord(best[0]), ord(best[1])))
    return merges


def encode(words, merges):
    texts = [word.decode("latin-1") for word in words]
    for k, (left, right) in enumerate(merges):
        texts = [text.replace(chr(left) + chr(right), chr(256 + k)) for text in texts]
    return [[ord(character) for character in text] for text in texts]


def decode(ids, merges):
    if not set(ids) <= set(range(256 + len(merges))):
        raise ValueError("unknown token")
    text = "".join(map(chr, ids))
    for k in reversed(range(len(merges))):
        text = text.replace(chr(256 + k), chr(merges[k][0]) + chr(merges[k][1]))
    return text.encode("latin-1")
