"""Under which conditions an offering is sat: where, in which browser, from which networks, and what is noted."""
