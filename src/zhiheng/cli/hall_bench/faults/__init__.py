"""`zhiheng bench hall --faults`: what becomes of acknowledged answers when things break."""
