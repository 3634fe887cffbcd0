"""The invented host, Hearthrow Commons, for looking around. Only in demo mode; nothing here is real.

`seed.py` lays out its past, `drawing.py` draws its receipts, `views.py` lets a visitor come in as anyone with one tap.
"""
