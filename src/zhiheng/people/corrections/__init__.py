"""A wrong name or identity number put right: asked with evidence, agreed to by two."""
