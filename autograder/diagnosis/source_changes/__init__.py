"""The solution with one small change of its source: a missing term, a wrong axis.

mutation_candidates.py  yields the changes that can make a method wrong, as in `gradus audit`, and
beginner_mutations.py   further changes that beginners make
array_mutations.py      those of them that concern masks, axes and arrangements of arrays
"""
