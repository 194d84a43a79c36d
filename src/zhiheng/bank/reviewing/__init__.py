"""A question under review: remarks on a version, what two versions change."""
