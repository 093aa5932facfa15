"""Texts as token ids: vocabularies, batches, and one registry of corpora.

batching.py         texts as arrays
characters.py       words as sequences of characters, for models that read unknown words
corpus.py           texts without labels
corpus_entry.py     a corpus as data
corpus_registry.py  the registry of corpora of every kind
labelled.py         labelled texts for text classifiers
sentence_pairs.py   pairs of a sentence and its translation
tagged.py           texts with a tag for every word, generated or read from files
tags.py             named entities as tags, one per word
subwords.py         learned subwords as the tokens of a line
text_lines.py       lines, words and characters of a text file
tokens.py           words or characters as the tokens of a line
vocabulary.py       words and their ids
lexicon/            lexicons of synsets and hypernyms
"""
