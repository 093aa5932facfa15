"""Generated corpora whose best possible score is known.

agreement.py             A language of subject-verb agreement across distractors
attributed_sentiment.py  texts in which it matters who says what
automaton.py             unifilar probabilistic automata
conditional_texts.py     texts about a season and a place
correlatives.py          sentences in which the words on both sides tell what a word is
crossed_clauses.py       clauses whose verbs come in the order of their nouns
draws.py                 what a generated language draws when it shall not be known beforehand
entities.py              A language of named entities for which the best possible F1 is known
forward_backward.py      distributions of a word given the words on both sides
log_bilinear.py          texts whose neighbours follow from known vectors
long_reviews.py          long reviews with one opinion in their first half
long_sentences.py        a pair of languages with long sentences and a known alignment
markov.py                A language model that is a table
morphemes.py             words of a stem and a suffix, whose division is known
random_hierarchy.py      texts whose class depends on no local pattern
repeated_sentences.py    sentences that are said twice: nothing of the second time is by chance
sentiment.py             A sentiment grammar with negation
suffix_tagging.py        A language whose words say with their endings what they are
translation.py           A pair of toy languages
word_classes.py          texts in which only the class of a word predicts its neighbours
"""
