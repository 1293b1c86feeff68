"""A `zoning` whose batches begin early and whose reports are short, to be killed.

python driving.py check sites.geojson --base base --out run
"""

from zoning.batch import running
from zoning.cli import main
from zoning.report import fonts, story
from zoning.report.batch import values, writing

EARLY, CHUNK = 20, 6

if __name__ == "__main__":
    vars(values)["BATCH_BEYOND"] = EARLY
    running.CHUNK = CHUNK
    story._SITES_TOLD = 1
    writing._DRAWN = 3
    fonts.subset_base64 = lambda *_: ""  # seconds, and no part of this
    main()
