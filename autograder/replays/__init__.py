"""Makes the call of a failed check again, outside of any sandbox, where a debugger works.

recorded_calls.py  runs the check in the sandbox as `grade` does, and records its calls
own_process.py     makes the recorded calls in this process, up to the call at fault
script.py          writes these calls as a program, and the arrays of the call at fault
"""
