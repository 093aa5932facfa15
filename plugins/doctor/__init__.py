"""`gradus doctor`: the installation of gradus on this system, and whether it works."""
