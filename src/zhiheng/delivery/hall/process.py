"""What the hall asks of the machine before it serves: files for its connections, and few pauses."""

import gc
import resource
from dataclasses import replace

from zhiheng.delivery.hall.limits import Limits

FILES_BESIDE = 100
"""Files that are no connections: the log, the libraries, the packs while they are read."""
_YOUNG, _MIDDLE, _OLD = 20_000, 50, 100


def room_for(limits: Limits) -> Limits:
    """Raise the number of open files as far as the machine allows; the limits that then can be kept.

    A connection above the limit is answered; one for which there is no file would only hang.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + FILES_BESIDE
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
        soft = granted
    if soft == resource.RLIM_INFINITY:
        return limits
    return replace(limits, connections=max(min(limits.connections, soft - FILES_BESIDE), 1))


def settle_memory() -> None:
    """What was loaded stays: the collector need not walk through it while candidates wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
