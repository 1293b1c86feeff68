"""Printable map sheets: what they show, how they are drawn, and the books of them."""
