"""News for organisers: how, when and to whom a mail says that something waits inside, and never what.

Words: news (an entry someone should hear of), choice (how one person wants it), turns (a group shares the load). What must
be known at once (safety, security, a legal date, a payment that failed) doesn't pass here: it is mailed where it happens.
"""
