"""`gradus train`: one command for each kind of run, made from its options."""
