"""Practice answers over their time."""
