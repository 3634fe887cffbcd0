"""Governance, which the pages call “How we run”: what running a group takes, and who holds each thing. Words: item, holder
(host, group, shared), own way, let’s talk, look again.

What the host holds is never a group's task. “We do it our way” stands on every item, counts as in place, and nobody asks
further. It has no scores, never counts what isn't there, and never compares groups.
"""
