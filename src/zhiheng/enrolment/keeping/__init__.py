"""What applications leave behind, how long it may stay, and its end."""
