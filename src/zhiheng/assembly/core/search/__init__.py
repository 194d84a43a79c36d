"""Papers by swap search: many equal forms in the time a solver needs for one."""
