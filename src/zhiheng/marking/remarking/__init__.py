"""Marking again what changed after it had been marked."""
