"""File formats: plain text, labelled texts, sentence pairs, CoNLL-2003, word vectors."""
