#!/usr/bin/env bash
# PrairieLearn: the entrypoint of an external grader whose image has gradus and /course.
# A fault of the grader, or no result at all, is "not gradable" and costs no attempt.
root=${GRADE_ROOT:-/grade}
course=${COURSE:-/course}
mkdir -p "$root/results"
grade --course "$course" --submission "$root/student" --sandbox "${SANDBOX:-fork}" --seed secret \
    ${EXERCISES:-one_hot} --report prairielearn="$root/results/results.json"
if [ ! -s "$root/results/results.json" ]; then
    echo '{"gradable": false, "format_errors": ["the grader failed: try again"]}' > "$root/results/results.json"
fi
