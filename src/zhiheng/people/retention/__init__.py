"""Keeping no longer than the rules say: what is due, what holds it back, and its end."""
