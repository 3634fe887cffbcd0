"""Who is in a group, and how someone comes in or goes. Words: people, organiser, helper, invitation.

Helpers: any organiser (staff as the group has set it). Organisers: proposed by one, agreed by another, never by staff; the
host only invites the first one of a new group.
"""
