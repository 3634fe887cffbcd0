"""The books on paper: statements of a fund, a funder's report, the charity's year, the whole ledger for another program.

Every figure comes from the ledger; nothing is asked anew. A group's own words stand in a report only where it said so.
"""
