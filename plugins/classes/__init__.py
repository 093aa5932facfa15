"""Classes: collect the submissions of many students, grade them once, and return points.

rosters     students, dates, privacy of their data
collecting  exports of learning systems, git; attempts that count
runs        store, queue, engines, coordinator: each result once
marks       final points: results, manual points, rules
gradebooks  points go into the files of learning systems
feedback    a page for each student
forgetting  removes data of students
pages       pages about a run for the instructor
similarity  similar code, task by task
commands    ``gradus class``
plugin      what all this registers

A room imports rooms above it in this list alone, and of the grader `autograder.public` alone.
"""
