"""What a request may hold; anything else is refused before it is looked at."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from zoning.web.names import IDENTIFIER

__all__ = [
    "CheckInputs",
    "CompareRequest",
    "Execution",
    "FixInputs",
    "FormInputs",
    "Identifier",
]

Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
Crs = Annotated[str, StringConstraints(pattern=r"^(EPSG:\d{4,6}|gcj02|bd09)$")]
Word = Annotated[str, StringConstraints(max_length=400)]
_MOST_UPLOADS = 500


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Paper(_Strict):
    """A paper that the applicant declares; it is printed as declared."""

    kind: Word
    number: Word
    date: Word
    issuer: Word = ""


Said = str | bool | float | list[Paper] | None
Project = dict[Word, Said]


class FeatureCollection(BaseModel):
    """GeoJSON in degrees of CGCS2000 or WGS 84."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    features: Annotated[list[dict[str, Any]], Field(max_length=5000)]


class CheckInputs(_Strict):
    """Sites and what is said of their projects."""

    uploads: Annotated[list[Identifier], Field(max_length=_MOST_UPLOADS)] = Field(
        default_factory=list, description="Identifiers that POST /api/sites gave."
    )
    sites: FeatureCollection | None = Field(
        default=None, description="Sites in the request itself, beside uploads."
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = (
        "sites.geojson"
    )
    crs: Crs | None = Field(
        default=None, description="CRS of coordinates whose file states none."
    )
    as_of: date | None = Field(
        default=None, description="Day of acceptance; today when absent."
    )
    project: Project = Field(
        default_factory=dict, description="Attributes of the project, for all sites."
    )
    projects: dict[Word, Project] = Field(
        default_factory=dict, description="Attributes by site id, name or file stem."
    )
    lang: Literal["zh", "en"] = Field(
        default="zh", description="Language of the reports of a run."
    )


class FixInputs(CheckInputs):
    """What a trim takes beside."""

    also_conditional: bool = False


class FormInputs(_Strict):
    """The sites that a blank form gets a row for."""

    uploads: Annotated[list[Identifier], Field(min_length=1, max_length=_MOST_UPLOADS)]
    crs: Crs | None = None


class Output(_Strict):
    """How an output is wanted; there is one way."""

    format: dict[str, Any] = Field(default_factory=dict)
    transmissionMode: Literal["value"] = "value"  # noqa: N815  a name of the standard


def _is_wrapped(value: Any) -> bool:
    """Say whether it is a `qualifiedInputValue` of the standard."""
    if not isinstance(value, dict) or "value" not in value:
        return False
    return set(value) <= {"value", "mediaType", "encoding", "schema"}


class Execution(_Strict):
    """An execute request of OGC API - Processes."""

    inputs: CheckInputs
    outputs: dict[Literal["verdict"], Output] = Field(default_factory=dict)
    response: Literal["document", "raw"] = "raw"

    @field_validator("inputs", mode="before")
    @classmethod
    def _plain(cls, inputs: Any) -> Any:
        """Take values that are wrapped, as the standard has it for objects."""
        if not isinstance(inputs, dict):
            return inputs
        return {
            name: value["value"] if _is_wrapped(value) else value
            for name, value in inputs.items()
        }


class CompareRequest(_Strict):
    """Two runs, the earlier one first."""

    runs: Annotated[list[Identifier], Field(min_length=2, max_length=2)]
