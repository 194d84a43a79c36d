"""Section 7 of the Law School Admission Test: five items, 1000 persons.

Source: Bock & Lieberman (1970), Psychometrika 35, table 1: how many persons answered in each of the 32 ways, from
00000 to 11111 (read as a binary number, the first item first).
"""

import numpy as np

from zhiheng.psychometrics.core.irt.arrays import Points

PERSONS_WITH = (
    *(12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28),
    *(7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308),
)


def section_7() -> Points:
    """(1000, 5) scores."""
    patterns = (np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1
    return np.repeat(patterns, PERSONS_WITH, axis=0).astype(np.int8)
