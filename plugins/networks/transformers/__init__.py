"""Positions; training; networks of blocks, masked ones too, or of attention alone; adaptation."""
