"""Approving several files at once, each of them looked through before by the same reviewer."""
