"""Thresholds from many trainings of the reference: how ``gradus calibrate`` works."""
