"""Entering many people at once from a sheet and an archive of their papers."""
