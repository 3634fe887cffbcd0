"""“We disagree”, on anything: with the host, by a ladder of dates; or among organisers, where the item waits.

Words: step (an answer, someone new, two trustees, outside bodies), settled. No setting ever moves by any of it (autonomy
guide, "Disagreement").
"""
