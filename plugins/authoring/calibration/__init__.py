"""Calibration: ``gradus calibrate`` computes thresholds from many trainings of the reference.

calibrating.py    trains the reference for each seed, and computes the thresholds of an exercise
tolerance.py      the threshold from the metrics of all seeds
exercise_toml.py  writes thresholds into exercise.toml
"""
