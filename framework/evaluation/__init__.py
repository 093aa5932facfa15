"""Scores of trained models: perplexity, accuracy, F1, similarity, agreement, claims.

agreement.py        subject-verb agreement
agreement_items.py  sentences with a choice between two forms of a verb
entity_scores.py    precision, recall and F1 of entities, for each type and in total
metrics.py          metrics of a model, computed from its predictions
sampling.py         sampling of text from a language model, token by token
word_similarity.py  relations between word vectors
"""
