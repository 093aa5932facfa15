"""The audit: proves that the checks catch listed mistakes and automatic mutants."""
