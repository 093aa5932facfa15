"""File formats: plain text, labelled texts, CoNLL-2003, word vectors."""
