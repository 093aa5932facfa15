"""What a student hands in: found, read without running it, and made ready for the sandbox."""
