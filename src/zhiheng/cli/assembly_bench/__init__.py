"""`zhiheng bench assembly`: papers by this platform beside papers by other means, in one run."""
