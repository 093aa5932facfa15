"""Building blocks of networks, and what several networks share."""
