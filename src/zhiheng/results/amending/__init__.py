"""A released result that the marks no longer bear out, put right by two officers."""
