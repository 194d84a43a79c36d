"""An absence from the skill assessment, and taking it back when it was a mistake."""
