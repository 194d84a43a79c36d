"""Finding questions: search, filters, and what else is known of those found."""
