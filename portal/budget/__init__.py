"""What a group plans to spend each fund on. Words: budget line, planned, promised, spent, free.

Lines are the group's. Money moves between lines of one fund by the area `budget`; between funds only as a proposal, and
never where the restrictions differ.
"""
