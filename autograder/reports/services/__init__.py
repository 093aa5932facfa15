"""Reports in the forms that grading services and CI servers read."""
