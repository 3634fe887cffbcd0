"""When a group's organisers can't be reached: a ladder of 28, 90 and 180 days that only ever waits, and never loosens.

Words: try (the host tried to reach them), named person (whom the group named for this), wish (what a named person asks, or
a trustee: a pause, a new organiser, the exit plan; a trustee confirms). Any act of an organiser ends it (autonomy guide,
"Can't reach organisers").
"""
