"""The way from a cost to "ready to pay". Words: cost, rule for yes, approval, conflict of interest.

A cost is a receipt that the group asked to be paid. Who says yes is the group's own rule, never the staff's; nobody
says yes to money for themselves. A yes binds what was seen: amount, payee, account and purpose.
"""
