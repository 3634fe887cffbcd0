"""How the states of things are shown: what every feature's states have."""

from enum import Enum


class ShownState(Enum):
    """A state's words, its look (`.st` class) and its icon. Where a group reads other words than the host does,
    those stand second (`ours`)."""

    def __init__(self, words: str, *shown: str):
        *ours, self.look, self.icon = shown
        self.words, self.ours = words, ours[0] if ours else words
