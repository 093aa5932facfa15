"""Commands for students and instructors; each module is the command of its name.

Their options and their output are those of `framework.commands`. grade and watch carry out `grade`.
authoring: commands for authors of courses. classes: `gradus class`.
"""
