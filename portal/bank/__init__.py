"""What the bank says moved. Words: bank line, import, match, suspense.

Files are read by well-kept parsers; the same file twice adds nothing. A match is suggested and a person accepts it. Money
in that nobody can place yet waits in suspense, for all at the host to see.
"""
