"""Measures of the lectures: subject-verb agreement, and relations between word vectors."""
