"""Files somebody uploaded for a question and never saved with one."""
