// The answer for one site: what it is, what forbids, what was not checked, clause by clause.
import { told } from "./api.js";
import { button, el } from "./dom.js";
import { form } from "./form.js";
import { lightUp } from "./map.js";
import { both, colour, fixed, said, scaled, t, term } from "./words.js";

const LISTED = 500;
const LONG = 4;
const ASKED = "ATTRIBUTE_MISSING";

export const badge = (kind, name) => { const { fill: back, text } = colour(name); return el("span", { class: "badge", style: { background: back, color: text } }, both(kind, name)); };
const gapCount = (site) => (site.complete ? t("complete") : site.gaps?.length ? t("gaps_count", { count: site.gaps.length }) : site.rejection ? "" : t("incomplete"));

export function many(view, sorted, choose) {
  const { verdict, chosen } = view;
  if (verdict.sites.length < 2) return null;
  const hidden = verdict.sites.length - LISTED;
  const gaps = verdict.sites.filter((site) => !site.complete).length;
  return el("section", {}, el("p", { class: "row wrap" }, badge("verdict", verdict.verdict), el("strong", {}, t("sites_count", { count: verdict.sites.length })), gaps ? el("span", { class: "warn" }, t("sites_open", { count: gaps })) : el("span", {}, t("complete"))),
    el("ol", { class: "many", id: "many" }, sorted.slice(0, LISTED).map(({ site, index }) =>
      el("li", {}, el("button", { type: "button", class: "link wide", "aria-pressed": String(index === chosen), on: { click: () => choose(index, site.id) } },
        badge("verdict", site.verdict), el("span", { class: "grow" }, site.name || site.id), el("span", { class: "soft" }, gapCount(site)))))),
    hidden > 0 ? el("p", { class: "note warn" }, t("sites_hidden", { shown: LISTED, count: hidden })) : null,
    verdict.statements ? el("p", { class: "note" }, t("batch_note")) : null);
}

export function one(view, site, acts) {
  const asks = form(view, site, acts.form);
  if (view.verdict.statements) return el("article", {}, head(view, site), rejected(site), asks);
  const findings = site.findings.map((finding) => ({ ...finding, site: site.id }));
  const clear = findings.filter((finding) => finding.state === "CLEAR");
  return el("article", { "aria-labelledby": "verdict-name" }, head(view, site), rejected(site), group("PROHIBITED", findings), gaps(site, findings), site.rejection ? null : asks,
    ["CONDITIONAL", "REVIEW", "NOTICE"].map((state) => group(state, findings)),
    layout(site), acts.model(), residue(site), units(site), trim(view, site, acts.fix),
    el("details", {}, el("summary", {}, t("clear_findings", { count: clear.length })), titles(clear)));
}

const titles = (findings) => el("ul", { class: "plain" }, findings.map((finding) => el("li", { "data-rule": finding.rule_id, tabindex: "-1" }, `${finding.rule_id} ${said(finding.title)}`)));

function head(view, site) {
  const { job } = view;
  const sizes = site.area_m2 !== null
    ? t("area_two", { ellipsoid: fixed(site.area_m2, 2), hectares: scaled(site.area_m2, -4, 4), plane: fixed(site.area_plane_m2, 2) })
    : site.length_m !== null ? t("length", { length: fixed(site.length_m, 2) }) : "";
  return el("header", { class: "verdict" },
    el("h2", { id: "verdict-name", tabindex: "-1" }, site.name || site.id),
    el("p", { class: "row wrap" }, badge("verdict", site.verdict), el("strong", {}, gapCount(site))),
    el("p", { class: "note" }, sizes),
    site.area_declared_m2 ? el("p", { class: "note" }, t("area_declared", { area: fixed(site.area_declared_m2, 2) })) : null,
    el("p", { class: "note" }, [t("accepted", { date: view.verdict.as_of }), site.source.path].join(" · ")),
    job.milliseconds === null ? null : el("p", { class: "note screen", id: "took" }, t("took", { milliseconds: job.milliseconds })),
    site.warnings?.length ? el("details", {}, el("summary", {}, `${t("warnings")} (${site.warnings.length})`), site.warnings.map((problem) => el("p", { class: "note warn" }, told(problem)))) : null);
}

const rejected = (site) => (site.rejection ? el("p", { class: "note warn" }, told(site.rejection)) : null);

// First what stops a verdict and who can mend it; answers of the applicant are asked below.
function gaps(site, findings) {
  if (!site.gaps?.length) return null;
  const grouped = new Map();
  for (const gap of site.gaps) {
    const line = said(gap.text) || gap.reason;
    if (!grouped.has(line)) grouped.set(line, { gap, rules: [] });
    grouped.get(line).rules.push(gap.rule_id);
  }
  const line = ([text, { gap, rules }]) => el("li", {}, el("p", {}, text),
    el("p", { class: "note" }, gap.reason === ASKED ? t("cure_form") : t("cure", { cure: said(gap.cure) })), el("p", { class: "note" }, rules.join(", ")));
  const rows = [...grouped], asked = rows.filter(([, { gap }]) => gap.reason === ASKED);
  const count = site.gaps.filter((gap) => gap.reason === ASKED).length;
  const open = findings.filter((finding) => finding.state === "NOT_CHECKED");
  return el("section", { class: "gaps" }, el("h3", {}, badge("state", "NOT_CHECKED"), ` ${site.gaps.length}`),
    el("ul", { class: "plain" }, rows.filter(([, { gap }]) => gap.reason !== ASKED).map(line)),
    asked.length ? el("details", {}, el("summary", {}, t("gaps_asked", { count })), el("ul", { class: "plain" }, asked.map(line))) : null,
    open.length ? el("details", {}, el("summary", {}, t("gaps_rules", { count: open.length })), titles(open)) : null);
}

function group(state, findings) {
  const mine = findings.filter((finding) => finding.state === state);
  if (!mine.length) return null;
  const list = el("ul", { class: "findings" }, mine.map(clause));
  return el("section", {}, el("h3", {}, badge("state", state), ` ${mine.length}`), state === "REVIEW" && mine.length > LONG ? el("details", {}, el("summary", {}, t("review_list")), list) : list);
}

function clause(finding) {
  const source = finding.source;
  const extent = [
    finding.overlap_m2 > 0 ? t("overlap", { area: fixed(finding.overlap_m2, 2), share: scaled(finding.share, 2, 2) }) : "",
    finding.length_m ? t("overlap_length", { length: fixed(finding.length_m, 2) }) : "",
    finding.distance_m > 0 ? t("distance", { distance: fixed(finding.distance_m, 2) }) : "",
  ].filter(Boolean).join(" · ");
  const names = finding.features.slice(0, LONG).map((feature) => feature.name || feature.id).join(t("between_names"));
  const look = button(t("show"), () => { mark(finding.rule_id); lightUp(finding.site, finding.rule_id); }, { class: "link", "aria-label": t("show_named", { name: said(finding.title) }) });
  return el("li", { class: "finding", "data-rule": finding.rule_id, tabindex: "-1", style: { borderColor: colour(finding.state).fill } },
    el("p", { class: "row" }, el("strong", { class: "grow" }, said(finding.title)), look),
    el("p", { class: "note" }, [finding.rule_id, term("layer", finding.layer), extent].filter(Boolean).join(" · ")),
    names ? el("p", { class: "note" }, t("features_met", { names })) : null,
    source ? el("p", { class: "note law" }, [source.document, source.clause, source.effective_from ? t("in_force", { date: source.effective_from }) : "", term("confidence", source.confidence)].filter(Boolean).join(" · ")) : null,
    finding.needs.length ? el("p", { class: "note" }, t("needs", { needs: finding.needs.map(said).join(t("between")) })) : null,
    finding.notes.map((note) => el("p", { class: "note" }, said(note))));
}

// What the rules say of a site on the model of corridors.
export const ruled = (findings) => el("ul", { class: "findings" }, findings.map((finding) => el("li", { "data-model-rule": finding.rule_id, style: { borderColor: colour(finding.state).fill } },
  el("p", { class: "row wrap" }, badge("state", finding.state), el("strong", { class: "grow" }, said(finding.title))),
  el("p", { class: "note" }, finding.rule_id),
  finding.needs.length ? el("p", { class: "note" }, t("needs", { needs: finding.needs.map(said).join(t("between")) })) : null,
  finding.notes.map((note) => el("p", { class: "note" }, said(note))))));

// Shows a clause in the list; true where it is there.
export function mark(id) {
  const pane = document.getElementById("pane-results");
  for (const picked of pane.querySelectorAll(".picked")) picked.classList.remove("picked");
  const found = [...pane.querySelectorAll("[data-rule]")].find((row) => row.dataset.rule === id);
  if (!found) return false;
  found.closest("details")?.setAttribute("open", "");
  found.classList.add("picked");
  found.scrollIntoView({ block: "nearest" });
  found.focus({ preventScroll: true });
  return true;
}

function layout(site) {
  const hits = (site.layout ?? []).filter((hit) => hit.target_width_m !== null || hit.overlap_m2 > 0);
  if (!hits.length) return null;
  return el("section", {}, el("h3", {}, t("corridors")), el("ul", { class: "plain" }, hits.map((hit) => el("li", {},
    el("p", {}, t("corridor_line", { name: hit.name || hit.feature, target: fixed(hit.target_width_m, 2), before: fixed(hit.width_m, 2), after: fixed(hit.width_left_m, 2) })),
    hit.trim_m2 ? el("p", { class: "note" }, t("trim_line", { area: fixed(hit.trim_m2, 2) })) : null))));
}

const residue = (site) => (site.residue?.length ? el("section", {}, el("h3", {}, t("residue")), el("ul", { class: "plain" }, site.residue.map((part) => el("li", {}, t("residue_line", { layer: term("layer", part.layer), feature: part.feature, area: fixed(part.overlap_m2, 2), width: fixed(part.width_m, 2) }))))) : null);
const units = (site) => (site.units?.length ? el("section", {}, el("h3", {}, t("units")), el("ul", { class: "plain" }, site.units.map((unit) => el("li", {}, t("unit_line", { code: unit.code, name: unit.name, share: scaled(unit.share, 2, 2) }))))) : null);

function trim(view, site, fix) {
  if (!["PROHIBITED", "CONDITIONAL"].includes(site.verdict)) return null;
  const mine = view.fixes?.find((found) => found.site === site.id);
  return el("section", {}, el("h3", {}, t("fix_title")),
    mine ? el("div", { id: "trim" }, mine.kept_m2 === null ? null : el("p", {}, t("fix_result", { kept: fixed(mine.kept_m2, 2), lost: fixed(mine.lost_m2, 2) })),
      mine.after ? el("p", { class: "row" }, badge("verdict", mine.before), "→", badge("verdict", mine.after)) : null,
      el("ul", { class: "plain" }, said(mine.lines).map((line) => el("li", {}, line))))
      : button(t("fix"), fix, { class: "ghost", id: "fix" }));
}
