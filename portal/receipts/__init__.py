"""Receipts, from a phone to “We have it” to the host's desk. Words: receipt, picture, question, label, ledger code.

A receipt is the group's: its label and note are theirs, the ledger code beside it is the host's. It needs nothing but a
picture, or a plain word that there is none. It never says “late”, and never asks twice for what it already knows.
"""
