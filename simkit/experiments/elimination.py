"""Kim & Nelson's procedure: who is clearly behind is left out (2001, doi:10.1145/502109.502111)."""

from __future__ import annotations

import numpy as np

from simkit.run.lives import Floats
from simkit.statistics import unseen


class Elimination:
    """Kim & Nelson's procedure on values that come one by one: less is better.

    Args:
        scenarios: how many there are.
        probability: that the pick is right.
        indifference: the smallest difference that matters.
        first: values of each from which variances are estimated.
        farthest: the widest difference that two values can have, if there is one. Where the first ones of two scenarios
            all differ alike, so many may differ by that much as can be unseen (`statistics.unseen`).
    """

    def __init__(
        self, scenarios: int, probability: float, indifference: float, first: int, farthest: float = 0.0
    ) -> None:
        others = scenarios - 1
        eta = 0.5 * ((2.0 * (1.0 - probability) / others) ** (-2.0 / (first - 1)) - 1.0)
        self._h_squared = 2.0 * eta * (first - 1)
        self._indifference = indifference
        self._first = first
        differing = float(unseen(first, probability))
        self._least = differing * (1.0 - differing) * farthest**2
        self._variances: Floats = np.empty(0)
        self.left = list(range(scenarios))
        self.out: dict[int, int] = {}

    def look(self, values: Floats) -> None:
        """Leave out what is clearly behind.

        Args:
            values: all those seen so far, of those that are left only the rows are looked at; shape (scenarios, n).
        """
        n = values.shape[1]
        if n < self._first or len(self.left) == 1:
            return
        if not self._variances.size:
            start = values[:, : self._first]
            variances = (start[:, None] - start[None]).var(axis=-1, ddof=1)
            self._variances = np.where(variances > 0.0, variances, self._least)
        means = values.mean(axis=1)
        bound = self._h_squared * self._variances / self._indifference**2
        slack = np.maximum(0.0, self._indifference / (2.0 * n) * (bound - n))
        behind = [i for i in self.left if any(means[i] > means[j] + slack[i, j] for j in self.left if j != i)]
        if n > bound[np.ix_(self.left, self.left)].max():  # no slack is left: the best mean is picked
            best = min(self.left, key=lambda i: means[i])
            behind = [i for i in self.left if i != best]
        self.out.update((i, n) for i in behind)
        self.left = [i for i in self.left if i not in behind]
