"""Rescue files: brought in by staff, held against the log, and handed to the hall on the word of two people."""
