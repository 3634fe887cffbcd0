"""Who gets paid, and on which account. Words: payee, details, modulus check.

Details are sealed in the database; after saving only the last digits are shown. Changed details are told to the old
contact, wait 48 hours and need a second person. The check of an account number warns, and never blocks.
"""
