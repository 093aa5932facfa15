"""Classes: submissions of many students are collected, graded once, settled, and handed back.

rosters     students, dates, privacy of their data
collecting  exports of learning systems, git; attempts that count
runs        store, queue, engines, coordinator: each result once
marks       final points: results, manual points, rules
gradebooks  points go into the files of learning systems
feedback    a page for each student
forgetting  removes data of students
pages       pages about a run for the instructor
similarity  similar code, task by task
commands    ``gradus class``

A room imports rooms above it in this list alone, which a contract of import-linter holds.

The rest of `autograder` knows this package by hooks alone: `autograder.plugin` registers commands,
gradebooks and the comparison of code. This package uses these modules of `autograder`:

verdicts                    verdicts of checks
course.reading              the course, its exercises and tasks
course.identity             the hash of a course, part of the key of a result
course.revisions            what people call that revision, for `class runs`
course.source               lines and definitions of Python code, for pages and similarity
course.stubs                stubs: the doctor grades them; similarity subtracts them
submissions                 files, archives and folders within limits; `load_submission`
grading.request, .setting   a request for a grade, which the hook `grade_submission` answers
grading.grader              what jobs of a process remember: checks, right answers
grading.repeats             whether a busy machine may have disturbed a result
grading.parallel            how a forked process begins
grading.options             which course a command means
grading.manual_points       the mark of digests in tables of points
grading.written_answers     results with the points of a person
results, reports            results and findings; JSON, HTML, words, plain text
installation.inspection     starts one worker: the doctor of a run measures it
sandbox.runners             the sandbox of a run, and the fork server beside it
sandbox.confine             the C library: a process ends with its parent
commands.options            options and output that all commands share
"""
