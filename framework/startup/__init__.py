"""What lets commands start and end quickly."""
