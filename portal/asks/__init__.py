"""Asks: what the host puts to groups, with a purpose (area 8). Words: draft, ask, question, answer, skip, what it led to.

An ask says why, what a group gets from it, who sees the answers and how many minutes it takes, or it isn't kept. It leaves
for each group through that group's own door, by the rules of `contact`: its level, its hours, its rest and its budget of
asks. A group answers in its own words, uses again what it said before, or skips it; none of that has a consequence, and
nothing ever reminds it. When the host closes an ask it says what it led to.
"""
