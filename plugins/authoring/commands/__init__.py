"""Commands for authors of courses: audit, calibrate, check, course and stubs."""
