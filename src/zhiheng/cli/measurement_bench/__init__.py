"""`zhiheng bench measurement`: calibration by this platform beside others, in one run."""
