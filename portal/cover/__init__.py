"""Cover: who at the host is away, who covers meanwhile, and which groups agreed ahead that whoever covers reads
their requests.

Words: away, cover, agreed ahead. Agreeing is the group's own act (area 9), ends at once, and is never asked for. It never
moves a promised day, and never makes a request anyone else's.
"""
