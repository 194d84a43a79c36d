"""Questions that look alike: found over the whole bank, judged by a person."""
