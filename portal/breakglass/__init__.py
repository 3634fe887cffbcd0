"""Break-glass: the few legal duties for which staff may step past a group's settings, for listed items and a short time.

One asks, another allows; the group is told, answers, and reads the review. It ends by itself. It never changes levels or
organisers, rewrites the group's words, spends, deletes, or hides the log (autonomy guide, "Break-glass").
"""
