"""The money held for groups. Words: fund, ledger code.

So far a fund has a name, so that a receipt can say which pot it is for, and the host has its list of ledger codes.
"""
