"""What is said beside modelled results of the table that they hang on."""

from zoning.linkage.impact import ImpactReport
from zoning.linkage.values import CorridorModel, Range
from zoning.report.linkage.words import decimal, linkage_text
from zoning.report.texts import text
from zoning.terms import label

__all__ = ["impact_sensitivity", "model_sensitivity"]

_HA = 10_000


def model_sensitivity(model: CorridorModel, lang: str) -> str:
    """Return the range of EC and of costs under sampled tables, or how to get it."""
    options, sampled = model.options, model.net.sampled
    if not options.samples or sampled is None:
        return label("sensitivity", "none", lang)
    said = linkage_text(
        "sampled_said",
        lang,
        low=decimal(sampled.low / _HA, 0),
        high=decimal(sampled.high / _HA, 0),
        kept=sum(
            one.sampled is not None and one.sampled.kept_share == 1
            for one in model.links
        ),
        links=len(model.links),
    )
    return _done(said, options.samples, options.spread, lang=lang)


def impact_sensitivity(report: ImpactReport, lang: str) -> str:
    """Return the range of the loss of EC under sampled tables, or how to get it."""
    options, lost = report.options, report.net.lost
    if not options.samples or lost is None:
        return label("sensitivity", "none", lang)
    said = linkage_text("sampled_loss", lang, **_ends(lost))
    return _done(said, options.samples, options.spread, lang=lang)


def _ends(one: Range) -> dict[str, str]:
    return {
        "low": decimal(100 * one.low, 2),
        "middle": decimal(100 * one.middle, 2),
        "high": decimal(100 * one.high, 2),
    }


def _done(said: str, samples: int, spread: float, *, lang: str) -> str:
    told = label("sensitivity", "done", lang).format(
        times=f"{1 + spread:g}", samples=samples, said=said
    )
    return told + text("mark.semicolon", lang) + label("sensitivity", "partial", lang)
