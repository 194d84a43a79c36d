"""Writing the good rows of a confirmed batch."""
