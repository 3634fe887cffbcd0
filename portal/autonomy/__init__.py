"""The promise to groups: what staff may change, area by area, and the one door every change passes.

Words: area, level, outcome, proposal, duty. Nobody else reads a group's settings, checks a staff right, or commits.
"""
