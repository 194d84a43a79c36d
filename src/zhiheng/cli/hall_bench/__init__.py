"""`zhiheng bench hall`: the exam hall driven on loopback, beside others that do the same work."""
