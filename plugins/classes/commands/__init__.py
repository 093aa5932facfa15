"""``gradus class``: thin commands; their work is in the other rooms.

app.py            the group of commands
class_options.py  options, stores and output that several commands share
collect.py        collect, forget, expire
runs.py           grade, runs, results, diff
points.py         points, gradebook, feedback
pages.py          report, serve, similarity
"""
