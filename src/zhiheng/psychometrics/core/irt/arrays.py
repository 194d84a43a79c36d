"""Arrays by the names calibration uses."""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Places = NDArray[np.int64]
Rows = NDArray[np.int32]
Points = NDArray[np.int8]
Flags = NDArray[np.bool_]
