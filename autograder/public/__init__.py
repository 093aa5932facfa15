"""The door of the grader for plugins: the functions and classes that stay as they are documented.

A plugin that grades, as `plugins.classes` does, imports nothing else of `autograder`.

courses      courses: reading them, their identity, the source code of their exercises
submissions  files, folders, archives and notebooks, read within limits
grading      how a submission is graded, in which sandbox; the request for a report
reports      results as data; formats and words of reports
"""
