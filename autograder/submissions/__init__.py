"""Submissions of students: found, read without running them, and made ready for the sandbox.

submission.py       a whole submission
gathering.py        the files of a submission by exercise
recognition.py      which exercise a file belongs to
candidates.py       the files of a folder or an archive that may hold an exercise
archives.py         untrusted zip and tar archives
submitted_file.py   the code for one exercise
notebooks.py        notebooks as JSON, their cells, and scripts exported from them
notebook_module.py  the code of a notebook as a Python module
notebook_slice.py   the statements of a notebook that its tasks need
cell_source.py      the text of a cell as Python
object_changes.py   which objects of a module a statement changes
new_notebook.py     a notebook to work in, made from an exercise
task_progress.py    how far a student got with each task
notes.py            sentences about what was left out
"""
