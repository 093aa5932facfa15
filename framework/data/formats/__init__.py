"""File formats of texts, labels, tags and word vectors.

conll.py         CoNLL-2003: a word and its tags on a line
conllu.py        CoNLL-U of Universal Dependencies
label_files.py   labelled texts
pair_file.py     sentence pairs
text_file.py     plain text: words or characters
word_vectors.py  word vectors of word2vec and GloVe
"""
