"""Runs submissions in a sandbox, compares, explains and reports.

cli.py          `grade`
plugin.py       the built-in plugin of the autograder
verdicts.py     the verdicts of checks and tasks, in their order
checks/         what test files call
commands/       commands for students and instructors
conversations/  what a check asks the code under test, or the reference
course/         a course on disk: exercises, stubs, promises, mistakes
diagnosis/      finds the mistake behind a failed check
grading/        grading one submission, from the options of `grade` to a report
judging/        the one place where verdicts change
mutations/      mutants of a solution
notebook/       grading from inside a notebook
public/         the door of the grader for plugins
replays/        makes the call of a failed check again, outside of any sandbox
reports/        a report in many formats
results/        reports and results as data, findings
sandbox/        keeps the submission's process and the grader's apart
submissions/    files, folders, archives and notebooks that are handed in
"""
