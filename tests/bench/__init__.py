"""How much work the portal does, as ratios within one run: `make bench`. CPU time, children included; medians of rounds.

A ratio compares with what any such program must do at least: a constant Flask answer, hashing and writing a file, libjpeg;
or with what another program of its kind does for the same.
"""
