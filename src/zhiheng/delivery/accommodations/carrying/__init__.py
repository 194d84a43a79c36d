"""Bringing a grant that came after the pack into the running hall."""
