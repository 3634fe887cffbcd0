"""Heard: what a group thinks the host's policy team should hear, in its own words and under the name it chose. Words:
passed on, attribution, outcome.

The host reads the words, the attribution and the day: never the request they came from nor, without a name, whose they are.
It answers with an outcome, or says on which day it looks again. It never shortens, softens or scores what was said.
"""
