"""What a group plans to spend each fund on, and its Money page. Words: budget line, planned, promised, spent, free.

Lines are the group's. Planning more than came in is never refused. Money moves between lines of one fund by the area
`budget`; between funds only as a proposal, never where what binds them differs, and never more than is free.
"""
