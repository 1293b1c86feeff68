"""The desk: one page and one interface on this machine, for people without a terminal.

The server process holds no base and parses no file of a user. Two kinds of
processes of its own do: workers that read and check, and one that draws tiles.
Each can be ended alone.
"""
