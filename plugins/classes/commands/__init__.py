"""``gradus class``: thin commands; their work is in the other rooms.

app.py      the group of commands
options.py  options, stores and output that several commands share
collect.py  collect, forget, expire
grade.py    grade
runs.py     runs, results, diff, faults, disagreements
points.py   points, totals, gradebook
pages.py    report, serve, feedback, similarity
"""
