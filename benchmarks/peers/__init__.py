"""Contenders of the overlay benchmark, each run as a program of its own.

``python -m benchmarks.peers.NAME FOLDER JOB`` reads layers from FOLDER, does
one job, and leaves ``JOB-NAME.npz`` with a row for each pair and
``JOB-NAME.json`` with what it cost. `clock` is what they share; it needs numpy
alone, for each runs in an environment that has little else.
"""
