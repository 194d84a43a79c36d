"""One change to many questions: shown first, confirmed once, one audit line each."""
