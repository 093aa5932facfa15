"""Final points of a run: results, manual points, rules of the class, plugins.

class_results.py    what a run found, as frozen data
manual_points.py    points.csv: points and comments of an instructor
regrade_requests.py requests of students become rows of points.csv
point_rules.py      rules.toml: late penalties, weights, what is left out
final_points.py     the points of each student, with every change
"""
