"""Where coordinates may lie: readings tried against the county, web-map shifts.

Nothing here decides. What a file leaves open is answered by a person; this
room says what the answers would mean.
"""
