"""Solutions with a change, and the search for those that give a submission's answers.

listed_mistakes.py       tries the mistakes listed for the exercise, alone and together
behaviour_changes.py     the solution with other parameters, gradients or layers
call_changes.py          the solution with other arguments, functions or memory
small_changes.py         the solution with one small change of its source, by audit or beginner
beginner_operators.py    the changes that beginners make, and the audit does not
answer_matcher.py        asks whether a changed solution gives the answers of a submission
search.py                counted trials of candidates, in a process of its own
"""
