"""Exports of learning systems become a collection: attempts of students, and which of them count.

export.py           one export: its files, and what a reader finds in them
readers.py          Moodle, Canvas, Blackboard, Gradescope, nbgrader, plain folders
github.py           cloned repositories of GitHub Classroom
git_repository.py   objects of a repository, read without a checkout
attempts.py         attempts, and the rule that says which of them count
attempt_files.py    files of an attempt under safe names
collection.py       the folder with all attempts, and its lock
collect_exports.py  adds exports to a collection
listing.py          what a collection holds, in lines
"""
