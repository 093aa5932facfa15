"""What the lectures need: corpora, languages, experiments on claims, families of classifiers.

languages        generated corpora whose best possible score is known
comparison       families of text classifiers, and the lecture's claims about them
experiments      claims about speed, size and chance, measured
commands         ``gradus compare`` and ``gradus experiment``
corpora          all corpora by name, generated or published
published_texts  published corpora of labelled texts

`plugin` registers corpora and commands by hooks, as the plugin of any course would.
"""
