"""Rules of people that need no database."""
