"""Networks on windows of words."""
