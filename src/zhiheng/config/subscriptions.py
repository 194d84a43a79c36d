"""Who hears which event: the only place where an earlier stage reaches a later one."""


def connect() -> None:
    """Called once at start; each line names an event and the task that answers it."""
