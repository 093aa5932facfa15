"""Families of text classifiers, trained alike on one corpus, and what the lecture says of them."""
