"""The second check: another shape of the same project, under the same rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shapely.geometry.base import BaseGeometry

from zoning.check.checking import check
from zoning.check.fixes import FixOptions
from zoning.check.forbidden import ForbiddenGround, finding_key, obstacle
from zoning.model import Finding, Report, Site, SiteResult, State
from zoning.rules.packs import RuleBook

__all__ = ["Bench"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """A checked report with its rules: what trims and moves are tried on."""

    report: Report
    book: RuleBook
    options: FixOptions

    @property
    def crs(self) -> str:
        """The working plane."""
        return self.report.base.crs

    def wanted(self, result: SiteResult) -> tuple[Finding, ...]:
        """Return the findings to withdraw from, prohibitions first."""
        states = [State.PROHIBITED]
        if self.options.also_conditional:
            states.append(State.CONDITIONAL)
        return tuple(
            finding
            for state in states
            for finding in result.findings
            if finding.state is state
        )

    def curable(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings that ground left out may take away."""
        return tuple(f for f in findings if obstacle(f, self.book) is None)

    @staticmethod
    def unknown(
        findings: Iterable[Finding], known: Iterable[Finding]
    ) -> tuple[Finding, ...]:
        """Return those of `findings` that are not among `known`.

        A clause that names several units is known where one of them is left.
        """
        keys = [finding_key(finding) for finding in known]
        return tuple(
            one
            for one in findings
            if not any(_is_part(finding_key(one), key) for key in keys)
        )

    def around(self, shape: BaseGeometry) -> ForbiddenGround:
        """Return what draws the closed ground that a shape meets."""
        return ForbiddenGround(
            site=shape,
            base=self.report.base,
            book=self.book,
            options=self.report.options,
        )

    def check_again(self, site: Site, shape: BaseGeometry, crs: str) -> SiteResult:
        """Check another shape of the same project: all it declared still holds."""
        moved = replace(
            site, geometry=shape, crs=crs, area_declared_m2=None, problems=()
        )
        report = check(
            (moved,), self.report.base, self.book, options=self.report.options
        )
        return report.sites[0]


def _is_part(key: tuple[str, ...], of: tuple[str, ...]) -> bool:
    return key[:2] == of[:2] and set(key[2:]) <= set(of[2:])
