"""What can go wrong with a served model, in kinds that the planner tells apart.

The words never repeat what the server said: error texts of other hosts are not ours to show,
and some of them echo the key they were given.
"""

from __future__ import annotations


class ModelTrouble(Exception):
    """A model could not help.

    Args:
        words: What it did, to follow its name: "was not reachable".
    """

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class ModelDown(ModelTrouble):
    """The server is not there, refuses us, or is too busy."""


class ModelSlow(ModelTrouble):
    """The server took longer than we wait."""


class ModelBabbles(ModelTrouble):
    """What came back is no reply that could be used."""


class ContextTooLong(ModelTrouble):
    """The server takes no prompt of this length."""
