"""`gradus train`: one command for each kind of run, made from its options.

command: the group, its commands and `--recipe`. epoch_lines: what a run prints.
result_file: `--json`.
"""
