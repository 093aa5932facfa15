"""`gradus bench`: models of this backend beside plain `torch.nn` programs."""
