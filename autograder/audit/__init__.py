"""Proof that the checks can tell right from wrong: mistakes and mutants that they must catch."""
