"""Small circuit jobs written to a folder, to be damaged one at a time."""

from pathlib import Path

HEAD = (
    "ncols 4\nnrows 3\nxllcorner 100\nyllcorner 200\ncellsize 10\nNODATA_value -9999\n"
)
HABITAT = "1 2 1 1\n1 -9999 3 1\n1 1 1 -9999\n"
POINTS = "1 105 225\n2 135 225\n3 105 205\n"


def write_job(
    folder: Path, files: dict[str, str] | None = None, **options: str
) -> Path:
    """Write a pairwise job of three points; `files` and `options` replace its own."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"habitat.asc": HEAD + HABITAT, "points.txt": POINTS}
    for name, text in (own | (files or {})).items():
        (folder / name).write_text(text, encoding="utf-8")
    told = {
        "data_type": "raster",
        "scenario": "pairwise",
        "habitat_file": "habitat.asc",
        "habitat_map_is_resistances": "True",
        "point_file": "points.txt",
        "write_cur_maps": "True",
        "write_volt_maps": "True",
        "output_file": "output/small.out",
    } | options
    lines = "".join(f"{key} = {value}\n" for key, value in told.items())
    path = folder / "small.ini"
    path.write_text(f"[job]\n{lines}", encoding="utf-8")
    return path
