"""Sharing: who sees a group beyond its organisers and staff doing their job (area 7). Words: share, audience, summary,
enquiry.

A new group is nowhere. What it shows is a share: some words, for somebody, for a purpose, until a day; it ends by itself,
and is withdrawn in one tap, from the next request on. What isn't shared answers like what doesn't exist. A share never
holds more than its words, and nothing of whoever looks at it is kept.
"""
