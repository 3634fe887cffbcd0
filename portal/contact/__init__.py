"""When the host may contact a group: what it asks of its own accord, and the few things a group must know (area 8).

Ask: a question of the host's, as the group has set. Held: it waits, for the hours the group set or for the end of a rest.
Must know: safety, security, a date the law sets, a payment that went wrong; nothing else ever reaches a group that rests.
An answer in a request is no contact: the group asked, or wrote in what the host began.
"""
