"""What a run found, student by exercise, as typed records: for gradebooks, feedback and pages."""
