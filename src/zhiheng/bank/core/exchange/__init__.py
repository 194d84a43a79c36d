"""Questions in the formats other systems write and read."""
