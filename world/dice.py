"""Chance that depends on nothing but its keys: the same keys, the same throws, on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _mixed(state: int) -> int:
    """Return the output of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) for a state."""
    state = ((state ^ (state >> 30)) * _FIRST) & _MASK
    state = ((state ^ (state >> 27)) * _SECOND) & _MASK
    return state ^ (state >> 31)


def key_of(*keys: int) -> int:
    """Return 64 bits that depend on all keys and their order.

    >>> key_of(1, 2) == key_of(1, 2), key_of(1, 2) == key_of(2, 1), key_of(-1) == key_of(1)
    (True, False, False)
    """
    state = 0
    for key in keys:
        state = _mixed((state + _GOLDEN + (key & _MASK)) & _MASK)
    return state


class Dice:
    """A small stream of random numbers that belongs to some keys."""

    __slots__ = ("_state",)

    def __init__(self, *keys: int) -> None:
        self._state = key_of(*keys)

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        self._state = (self._state + _GOLDEN) & _MASK
        return (_mixed(self._state) >> 11) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """Return an integer in [low, high]."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Return true in a share of all throws."""
        return self.unit() < share

    def pick(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[int(self.unit() * len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """Return the things in another order."""
        left = list(things)
        return [left.pop(int(self.unit() * len(left))) for _ in range(len(left))]


def random_bytes(key: int, count: int) -> NDArray[np.uint8]:
    """Return many random bytes of one key at once."""
    words = -(-count // 8)
    with np.errstate(over="ignore"):
        state = np.uint64(key_of(key)) + np.arange(1, words + 1, dtype=np.uint64) * np.uint64(
            _GOLDEN
        )
        state = (state ^ (state >> np.uint64(30))) * np.uint64(_FIRST)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(_SECOND)
        state ^= state >> np.uint64(31)
    return state.astype("<u8").view(np.uint8)[:count]
