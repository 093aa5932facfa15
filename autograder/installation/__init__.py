"""What is installed on this system and whether it works, as `gradus doctor` shows it."""
