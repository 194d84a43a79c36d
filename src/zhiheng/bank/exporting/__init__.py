"""Questions taken out as files other systems read."""
