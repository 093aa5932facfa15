"""Grading in student kits: recorded references, and trained models without confirmation."""
