"""Measures the layers of a project as QGIS's field calculator does.

Run by QGIS's Python; argument: the project. The answer is JSON on stdout: layer,
then the row's values with what ``$area``, ``$length``, ``area($geometry)`` gave.
"""

import json
import sys

from qgis.core import (  # type: ignore[import-not-found]  # comes with QGIS alone
    QgsApplication,
    QgsDistanceArea,
    QgsExpression,
    QgsExpressionContext,
    QgsProject,
)

FIELDS = ("area_m2", "area_plane_m2", "overlap_m2", "length_m")
EXPRESSIONS = ("$area", "$length", "area($geometry)")


def measured(path: str) -> dict[str, list[dict[str, float]]]:
    project = QgsProject.instance()
    project.read(path)
    told: dict[str, list[dict[str, float]]] = {}
    for key, layer in project.mapLayers().items():
        ruler = QgsDistanceArea()
        ruler.setSourceCrs(layer.crs(), project.transformContext())
        ruler.setEllipsoid(project.ellipsoid())
        rows = told.setdefault(key.removeprefix("zoning_layer_"), [])
        for feature in layer.getFeatures():
            names = feature.fields().names()
            row = {n: float(feature[n]) for n in FIELDS if n in names and feature[n]}
            for words in EXPRESSIONS:
                expression, context = QgsExpression(words), QgsExpressionContext()
                expression.setGeomCalculator(ruler)
                expression.setAreaUnits(project.areaUnits())
                expression.setDistanceUnits(project.distanceUnits())
                context.setFeature(feature)
                row[words] = float(expression.evaluate(context) or 0)
            rows.append(row)
    return told


if __name__ == "__main__":
    application = QgsApplication([], False)  # noqa: FBT003 (Qt's own signature)
    application.initQgis()
    found = measured(sys.argv[1])
    print(json.dumps(found))
    QgsProject.instance().clear()
    application.exitQgis()
