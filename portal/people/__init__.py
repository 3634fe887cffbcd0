"""People, the groups they belong to, and what the host's staff may be. Words: person, group, organiser, helper, staff.

Who someone is on this request lives in `session.py`; which group a page is about in `reach.py`. This package never decides
what anyone may change: that is `autonomy`.
"""
