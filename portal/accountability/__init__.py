"""How are we doing: the host's promises and how they went, on one page for groups, staff and trustees alike. Words: span,
figure, list.

Every figure is counted over all groups from what is only ever added to (the log, the promises, the postings), and opens the
list it came from. A group reads its own lines with their references; of others only the day and the fact. Nothing is
scored, no group is set beside another, and nothing here is written.
"""
