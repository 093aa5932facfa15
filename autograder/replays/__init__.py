"""Makes the call of a failed check again, outside of any sandbox, where a debugger works.

recorded_calls.py  runs the check in the sandbox as `grade` does, and records its calls
actions.py         the recorded calls as a list, and those that one call depends on
program.py         a Python program that makes these calls
session.py         what such a program uses: the student's code, arrays, or the whole check
"""
