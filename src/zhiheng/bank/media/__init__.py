"""Pictures, recordings and short video: kept once, shown to those who may see the question."""
