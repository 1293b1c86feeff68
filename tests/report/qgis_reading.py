"""Opens a QGIS project in QGIS itself and tells what it saw. Run by QGIS's Python.

Arguments: project, picture to draw, and any number of SLD files named like the
layers. The answer is JSON on stdout.
"""

import json
import sys
from pathlib import Path
from typing import Any

from qgis.core import (  # type: ignore[import-not-found]  # comes with QGIS alone
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found]  # as above
from qgis.PyQt.QtGui import QColor  # type: ignore[import-not-found]  # as above

SIDE = 800


def tree(group: Any) -> list[Any]:
    return [
        [child.name(), tree(child) if hasattr(child, "findLayers") else child.layerId()]
        for child in group.children()
    ]


def colours(layer: Any) -> dict[str, str]:
    renderer = layer.renderer()
    if renderer.type() == "categorizedSymbol":
        return {c.value(): c.symbol().color().name() for c in renderer.categories()}
    if renderer.type() == "RuleRenderer":
        return {
            r.filterExpression(): r.symbol().symbolLayers()[0].color().name()
            for r in renderer.rootRule().children()
        }
    return {"": renderer.symbol().color().name()}


def draw(project: Any, extent: Any, path: str) -> dict[str, int]:
    """Draw the project; return how many pixels have each colour."""
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().layerOrder())
    settings.setDestinationCrs(project.crs())
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(path)
    found: dict[str, int] = {}
    for x in range(image.width()):
        for y in range(image.height()):
            name = image.pixelColor(x, y).name()
            found[name] = found.get(name, 0) + 1
    return found


def look(path: str, picture: str, slds: list[str]) -> dict[str, Any]:
    project = QgsProject.instance()
    read = project.read(path)
    extent = project.viewSettings().defaultViewExtent()
    layers = {
        key: {
            "valid": layer.isValid(),
            "rows": layer.featureCount(),
            "crs": layer.crs().authid(),
            "renderer": layer.renderer().type(),
            "colours": colours(layer),
            "labels": layer.labelsEnabled(),
            "alias": layer.attributeAlias(layer.fields().indexOf("site_id")),
        }
        for key, layer in project.mapLayers().items()
    }
    package = Path(path).with_name("result.gpkg")
    default, sld = {}, {}
    for key in layers:
        name = key.removeprefix("zoning_layer_")
        layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
        default[key] = colours(layer)
    for file in slds:
        name = Path(file).stem
        layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
        said, good = layer.loadSldStyle(file)
        sld[name] = {"good": good, "said": said, "colours": colours(layer)}
    return {
        "read": read,
        "title": project.title(),
        "crs": project.crs().authid(),
        "extent": [
            *(extent.xMinimum(), extent.yMinimum()),
            *(extent.xMaximum(), extent.yMaximum()),
        ],
        "tree": tree(project.layerTreeRoot()),
        "order": [layer.id() for layer in project.layerTreeRoot().layerOrder()],
        "layers": layers,
        "default": default,
        "sld": sld,
        "bookmarks": [b.name() for b in project.bookmarkManager().bookmarks()],
        "pixels": draw(project, extent, picture),
    }


if __name__ == "__main__":
    application = QgsApplication([], False)  # noqa: FBT003 (Qt's own signature)
    application.initQgis()
    seen = look(sys.argv[1], sys.argv[2], sys.argv[3:])
    print(json.dumps(seen))
    QgsProject.instance().clear()
    application.exitQgis()
