"""Documents: what a group wrote, photographed or said and goes by; what both sides agreed; what the host shares with all.
Words: document, version, current, agreement, signed, notice.

A version is never changed: another one follows, with who and when. The group alone accepts an agreement, by its own rule;
the host never accepts for it, nudges or fills in. A new rule of the host's starts after its notice, and never reaches back.
"""
