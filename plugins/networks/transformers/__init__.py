"""Positions; training; networks of blocks, and of attention alone; adapted layers."""
