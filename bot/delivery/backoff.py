"""How long to wait after a failure: twice as long each time, with jitter, up to a ceiling."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first_s` after the first failure, doubling to `most_s`; all in seconds.

    The jitter takes up to half of each wait away, so that many who failed together do not come
    back together.
    """

    first_s: float = 1.0
    most_s: float = 60.0
    dice: random.Random = field(default_factory=random.Random)

    def wait_s(self, failures: int) -> float:
        """How long to wait after this many failures in a row, 1 or more."""
        ceiling = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return ceiling * (1.0 - self.dice.random() / 2.0)
