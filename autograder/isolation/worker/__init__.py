"""The worker: the process that runs a submission and answers the grader's requests."""
