"""What the lectures need: corpora, languages, kinds of runs, measures, experiments on claims.

languages        generated corpora whose best possible score is known
comparison       families of text classifiers, and the lecture's claims about them
experiments      claims about speed, size and chance, measured
formats          corpora by name or from a file, and file formats
training         kinds of runs: sentence pairs, conditions, word vectors
evaluation       subject-verb agreement, and relations between word vectors
commands         their commands
corpora          all corpora by name, generated or published
published_texts  published corpora of labelled texts

`plugin` registers corpora, kinds of runs and commands by hooks, as the plugin of any course would.
"""
