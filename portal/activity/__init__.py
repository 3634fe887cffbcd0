"""What happened: who did what to which row, when, as what, and how it came out. Words: entry, changes.

Entries are only ever added. One is written by the door for each change and for each refused try, never by a feature.
News travels upward by the `happened` signal, inside the change's own transaction.
"""

from blinker import Signal

happened = Signal("an entry was added")
