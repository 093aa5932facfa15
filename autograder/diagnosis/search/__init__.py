"""The search for a mistake: counted trials of candidates, in a process of its own.

trials.py         counts the trials and keeps their outcomes
forked.py         runs a search in a forked process, and goes on after a trial that overruns
line_limit.py     ends trials that overrun where no process can be forked
"""
