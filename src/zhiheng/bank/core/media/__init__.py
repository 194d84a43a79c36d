"""Pictures, recordings and short video that questions show."""
