"""Support: a group asks, in its own words; the host answers by a day it promised. Words: request, message, promise, reader,
note, named coordinator.

A request is private to who asked and the named coordinator, or shared with the other organisers, as the asker chose. Who
else at the host reads it is the group's (area 9), and every reading is in its log. It never scans words, never says “late”
of a group, and never closes a request for it.
"""
