"""Corpora by name or from a file, and file formats of texts, labels, tags and word vectors.

conll.py         CoNLL-2003: a word and its tags on a line
conllu.py        CoNLL-U of Universal Dependencies
corpus_files.py  texts, sentences and labelled texts of a corpus, by name or from a file
label_files.py   labelled texts
pair_file.py     sentence pairs
word_vectors.py  word vectors of word2vec and GloVe
"""
