"""Problems of an exercise that its author can fix, found for `gradus check`, each with its fix.

checking.py          all steps in their order; the steps that grade
exercise_files.py    the steps that grade nothing: files, lists, texts, hints, examples
formula_problems.py  what is wrong with the formulas of a text
plugin_offers.py     what a plugin offers, for `gradus check --plugin`
promises.py          which check tests which sentence of the text
"""
