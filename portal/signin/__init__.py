"""Signing in without a password habit: an emailed code, a passkey, or a password for those who like one.

Words: code, passkey, password, device, proof. A code alone opens the everyday things; a passkey or password is the proof
that sensitive acts ask for again. It never says whether an address is known, and never locks anyone out.
"""
