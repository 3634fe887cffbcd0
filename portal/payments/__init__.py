"""Finance pays: one person prepares a run, another releases it, and a file goes to the bank. Words: payment run, release.

The portal never holds bank log-ins. A cost counts as paid when the bank's own line says so.
"""
