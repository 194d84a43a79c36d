"""Questions brought from files of other systems: looked at first, then kept as drafts."""
