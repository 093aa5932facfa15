"""Reports and the results of checks, as data, and findings with their renderings.

commands.py         the commands that a report proposes
host_paths.py       takes the paths of the grader's machine out of what a check says
progress.py         what a student has passed
report.py           the results of grading
shown_arguments.py  the small arrays among the arguments of a call
findings/           findings
"""
