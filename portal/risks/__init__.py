"""Risk the host carries: a short register of what could go wrong, for which group, who at the host carries it, and when it
was looked at. Words: risk (a line of the register), look, worry (a group's own), serious (it goes to the trustees).

A group reads every line about it, and every look. Lines name no one in it, nothing is scored, and no day is held against
anybody: what is to be looked at soonest comes first.
"""
