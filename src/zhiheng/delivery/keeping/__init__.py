"""What was said of somebody's health for an exam, over its time."""
