"""The money held for groups, in double entry by fund. Words: fund, entry, posting, reversal, commitment, fee rate.

Entries are written by `posting.py` alone, are never changed, and are corrected by reversal. Nothing is dated within a
closed year.
"""
