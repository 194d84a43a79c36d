"""A person asks to be forgotten: what can go, what a rule keeps, who decided."""
