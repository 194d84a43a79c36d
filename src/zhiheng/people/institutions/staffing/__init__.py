"""Who acts for an institution: invited, replaced and let go by its head."""
