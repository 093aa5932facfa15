"""Measurements of `gradus bench`, and the table that is made from them."""
