"""Calibration: ``gradus calibrate`` computes thresholds from many trainings of the reference."""
