"""From files to a report, and from a stored run back to one.

What command line and desk do alike. Neither prints nor asks here.
"""
