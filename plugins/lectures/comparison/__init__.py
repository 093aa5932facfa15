"""Families of text classifiers, trained in the same way, and the lecture's claims about them."""
