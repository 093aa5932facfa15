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

verdicts                verdicts of checks
course.reading          the course, its exercises and tasks
course.identity         the hash of a course, part of the key of a result
course.revisions.facts  what people call that revision, for `class runs`
course.source           lines and definitions of Python code, for pages and similarity
course.stubs            stubs: the doctor grades them; similarity subtracts them
submissions             reads files, archives and folders within limits; `load_submission`
grading.request         a request for a grade; the hook `grade_submission` answers it
grading.setting         course, plugins and sandbox of a request
grading.grader          what jobs of one process remember: checks, right answers
grading.repeats         whether a busy machine may have disturbed a result
grading.parallel        how a forked process begins
grading.course_choice   which course a command means
grading.options         the options that decide about it
grading.manual_points   the mark of digests in tables of points
grading.written_answers results with the points of a person
record, reports         results and findings; JSON, HTML, words, plain text
isolation.confine       the C library: a process ends with its parent
isolation.sandboxes     what a run costs in its sandbox, and in that of the fork server
isolation.host.faults   frames of a traceback in a stored report
installation            starts one worker: the doctor of a run measures it
commands.options        options and output that all commands share
"""
