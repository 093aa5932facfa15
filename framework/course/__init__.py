"""The folder of a course and the catalogue of its exercises."""
