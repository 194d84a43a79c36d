"""What is believed of parameters before the answers are seen. Nothing, unless it is asked for by name."""

from dataclasses import dataclass

import numpy as np

from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.curves import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Of log a for slopes (that is, a log-normal prior of a), of logit g for guessing."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """slope: log a ~ Normal. guessing: logit g ~ Normal. None: nothing is believed."""

    slope: Normal | None = None
    guessing: Normal | None = None

    def height(self, kind: Kind, parameters: Reals) -> Reals:
        """(items,) log densities, constants left out; minus infinity for a slope that is not positive."""
        total = np.zeros(len(parameters))
        if self.slope:
            slope = parameters[:, 0]
            log = np.log(np.where(slope > 0, slope, 1.0))
            total += np.where(
                slope > 0, -log - ((log - self.slope.mean) / self.slope.deviation) ** 2 / 2, -np.inf
            )
        if self.guessing and kind is Kind.GUESSING:
            total -= ((parameters[:, 2] - self.guessing.mean) / self.guessing.deviation) ** 2 / 2
        return total

    def slopes(self, kind: Kind, parameters: Reals) -> tuple[Reals, Reals]:
        """First derivatives (items, width), and what the priors add to the information (items, width, width).

        Of the slope's second derivative only the part that is never negative: enough for a step uphill.
        """
        pull = np.zeros_like(parameters)
        hold = np.zeros((*parameters.shape, parameters.shape[1]))
        if self.slope:
            slope, variance = parameters[:, 0], self.slope.deviation**2
            pull[:, 0] = -(1 + (np.log(slope) - self.slope.mean) / variance) / slope
            hold[:, 0, 0] = 1 / (variance * slope**2)
        if self.guessing and kind is Kind.GUESSING:
            variance = self.guessing.deviation**2
            pull[:, 2] = -(parameters[:, 2] - self.guessing.mean) / variance
            hold[:, 2, 2] = 1 / variance
        return pull, hold
