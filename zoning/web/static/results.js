// Results as they come: first the verdict, then what can be taken away.
import { get, post, remove, told } from "./api.js";
import { button, el, fill, say } from "./dom.js";
import { lightUp, resized, showFound, showTrim, zoomToAll, zoomToSite } from "./map.js";
import { again } from "./sites.js";
import { open } from "./tabs.js";
import { both, colour, fixed, hasModel, lang, said, scaled, t, term, words } from "./words.js";

const REST = ["NOT_CHECKED", "REVIEW", "NOTICE"];
const WORST = ["PROHIBITED", "CONDITIONAL", "REJECTED", "UNDETERMINED", "NOTICE", "CLEAR"];
const LISTED = 500;
const FIRST = 4;
const ASKED = "ATTRIBUTE_MISSING";
const FINISHED = ["successful", "failed", "dismissed"];
let job = null, verdict = null, chosen = 0, fixes = null, impacts = null, watched = 0;
const answers = new Map();

const pane = () => document.getElementById("pane-results");
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export async function follow(id) {
  const mine = ++watched;
  if (job?.jobID !== id) { verdict = null; fixes = null; impacts = null; chosen = 0; }
  open("results");
  for (;;) {
    const now = await get(`/jobs/${id}`);
    if (mine !== watched) return;
    const before = job;
    job = now;
    if (!verdict && (now.summary.verdict || now.status === "successful")) await arrived(id);
    if (!before || before.jobID !== id || before.status !== now.status || before.progress !== now.progress || !before.summary.verdict !== !now.summary.verdict) render();
    if (FINISHED.includes(now.status)) { if (now.problems.length) say(now.problems.map(told).join(" ")); return; }
    await pause(150);
  }
}

async function arrived(id) {
  verdict = await get(`/jobs/${id}/results`);
  chosen = sorted()[0]?.index ?? 0;
  showFound(await get(`/api/runs/${id}/drawing`));
  zoomToAll();
  const gaps = verdict.sites.reduce((sum, site) => sum + (site.gaps?.length ?? 0), 0);
  say(t("verdict_told", { verdict: both("verdict", verdict.verdict), gaps, milliseconds: job.milliseconds ?? "–" }));
}

export function render() {
  if (!job) { fill(pane(), el("p", { class: "soft" }, t("no_results"))); return; }
  if (!verdict) { fill(pane(), progress(), job.problems.map((problem) => el("p", { class: "note warn" }, told(problem)))); return; }
  const site = verdict.sites[Math.min(chosen, verdict.sites.length - 1)];
  fill(pane(), many(), site ? one(site) : null, takeAway());
}

function progress() {
  if (FINISHED.includes(job.status)) return el("p", {}, t(`status_${job.status}`));
  const text = job.status === "accepted" ? t("waiting") : t("checking", { percent: job.progress });
  return el("div", { class: "row" }, el("progress", { max: "100", value: String(job.progress), "aria-label": text }), el("span", {}, text),
    button(t("dismiss"), () => remove(`/jobs/${job.jobID}`), { class: "ghost" }));
}

const badge = (kind, name) => { const { fill: back, text } = colour(name); return el("span", { class: "badge", style: { background: back, color: text } }, both(kind, name)); };

const rank = (site) => WORST.indexOf(site.verdict);
const sorted = () => verdict.sites.map((site, index) => ({ site, index })).sort((a, b) => rank(a.site) - rank(b.site) || a.index - b.index);

function many() {
  if (verdict.sites.length < 2) return null;
  const hidden = verdict.sites.length - LISTED;
  return el("section", {}, badge("verdict", verdict.verdict),
    el("ol", { class: "many", id: "many" }, sorted().slice(0, LISTED).map(({ site, index }) =>
      el("li", {}, el("button", { type: "button", class: "link wide", "aria-pressed": String(index === chosen), on: { click: () => { chosen = index; render(); zoomToSite(site.id); } } },
        badge("verdict", site.verdict), el("span", { class: "grow" }, site.name || site.id), el("span", { class: "soft" }, site.gaps?.length ? t("gaps_count", { count: site.gaps.length }) : ""))))),
    hidden > 0 ? el("p", { class: "note warn" }, t("sites_hidden", { shown: LISTED, count: hidden })) : null,
    verdict.statements ? el("p", { class: "note" }, t("batch_note")) : null);
}

function one(site) {
  if (verdict.statements) return el("article", {}, head(site), rejected(site));
  const findings = site.findings.map((finding) => ({ ...finding, site: site.id }));
  const clear = findings.filter((finding) => finding.state === "CLEAR");
  return el("article", {}, head(site), rejected(site), group("PROHIBITED", findings), form(), group("CONDITIONAL", findings), gaps(site), REST.map((state) => group(state, findings)),
    layout(site), model(site), residue(site), units(site), trim(site),
    el("details", {}, el("summary", {}, t("clear_findings", { count: clear.length })), el("ul", { class: "plain" }, clear.map((finding) => el("li", {}, `${finding.rule_id} ${said(finding.title)}`)))));
}

function head(site) {
  const sizes = site.area_m2 !== null
    ? t("area_two", { ellipsoid: fixed(site.area_m2, 2), hectares: scaled(site.area_m2, -4, 4), plane: fixed(site.area_plane_m2, 2) })
    : site.length_m !== null ? t("length", { length: fixed(site.length_m, 2) }) : "";
  return el("header", { class: "verdict" },
    el("h2", { id: "verdict-name", tabindex: "-1" }, site.name || site.id),
    el("p", { class: "row" }, badge("verdict", site.verdict), el("strong", {}, site.complete ? t("complete") : t("gaps_count", { count: site.gaps.length }))),
    el("p", { class: "note" }, sizes),
    site.area_declared_m2 ? el("p", { class: "note" }, t("area_declared", { area: fixed(site.area_declared_m2, 2) })) : null,
    job.milliseconds === null ? null : el("p", { class: "note", id: "took" }, t("took", { milliseconds: job.milliseconds })),
    site.warnings?.length ? el("details", {}, el("summary", {}, `${t("warnings")} (${site.warnings.length})`), site.warnings.map((problem) => el("p", { class: "note warn" }, told(problem)))) : null);
}

const rejected = (site) => (site.rejection ? el("p", { class: "note warn" }, told(site.rejection)) : null);

function form() {
  const open_ = job.questions;
  const known = job.asked.project ?? {};
  const done = Object.entries(known).filter(([key]) => !open_.some((question) => question.attribute === key));
  const fields = Object.fromEntries(words().attributes.map((field) => [field.attribute, field]));
  const rows = open_.map((question) => field(question, said(question.asked), t("asked_by", { rules: question.rules.join(", ") }), ""));
  const kept = done.filter(([key]) => fields[key]).map(([key, value]) => field(fields[key], said(fields[key]), "", value));
  return el("section", { class: "form" }, el("h3", {}, t("questions")),
    rows.length ? el("form", { id: "questions", on: { submit: submitted } }, rows.slice(0, FIRST),
      rows.length > FIRST ? el("details", {}, el("summary", {}, t("questions_more", { count: rows.length - FIRST })), rows.slice(FIRST)) : null,
      kept.length ? el("details", {}, el("summary", {}, `${t("answers")} (${kept.length})`), kept) : null,
      el("button", { type: "submit", class: "primary" }, t("recheck")))
      : el("p", { class: "soft" }, t("questions_none")));
}

function field(question, text, hint, value) {
  const id = `answer-${question.attribute}`;
  const current = answers.get(question.attribute) ?? value ?? "";
  const keep = (event) => { if (event.target.value === "") answers.delete(question.attribute); else answers.set(question.attribute, event.target.value); };
  const option = ([key, label]) => el("option", { value: key, selected: key === String(current) }, label);
  const choices = question.type === "boolean" ? [["true", t("yes")], ["false", t("no")]] : question.values.map((one) => [one.id, said(one)]);
  const input = choices.length
    ? el("select", { id, on: { change: keep } }, option(["", t("not_stated")]), choices.map(option))
    : el("input", { id, type: question.type === "number" ? "number" : "text", step: "any", value: String(current), on: { input: keep } });
  return el("div", { class: "field" }, el("label", { for: id }, text), input, hint ? el("p", { class: "note" }, hint) : null);
}

function submitted(event) {
  event.preventDefault();
  const given = Object.fromEntries(answers);
  answers.clear();
  again(job.jobID, given);
}

function gaps(site) {
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
  return el("section", { class: "gaps" }, el("h3", {}, `${t("gaps")} (${site.gaps.length})`),
    el("ul", { class: "plain" }, rows.filter(([, { gap }]) => gap.reason !== ASKED).map(line)),
    asked.length ? el("details", {}, el("summary", {}, t("gaps_asked", { count })), el("ul", { class: "plain" }, asked.map(line))) : null);
}

function group(state, findings) {
  const mine = findings.filter((finding) => finding.state === state);
  if (!mine.length) return null;
  const long = state === "NOT_CHECKED" || state === "REVIEW";
  const list = el("ul", { class: "findings" }, mine.map(clause));
  return el("section", {}, el("h3", {}, badge("state", state), ` ${mine.length}`), long && mine.length > 4 ? el("details", {}, el("summary", {}, term("state", state)), list) : list);
}

function clause(finding) {
  const source = finding.source;
  const extent = [
    finding.overlap_m2 > 0 ? t("overlap", { area: fixed(finding.overlap_m2, 2), share: scaled(finding.share, 2, 2) }) : "",
    finding.length_m ? t("overlap_length", { length: fixed(finding.length_m, 2) }) : "",
    finding.distance_m > 0 ? t("distance", { distance: fixed(finding.distance_m, 2) }) : "",
  ].filter(Boolean).join(" · ");
  const names = finding.features.slice(0, 4).map((one) => one.name || one.id).join(t("between_names"));
  const look = button(t("show"), () => { mark(finding.rule_id); lightUp(finding.site, finding.rule_id); }, { class: "link", "aria-label": t("show_named", { name: said(finding.title) }) });
  return el("li", { class: "finding", "data-rule": finding.rule_id, tabindex: "-1", style: { borderColor: colour(finding.state).fill } },
    el("p", { class: "row" }, el("strong", { class: "grow" }, said(finding.title)), look),
    el("p", { class: "note" }, [finding.rule_id, term("layer", finding.layer), extent].filter(Boolean).join(" · ")),
    names ? el("p", { class: "note" }, t("features_met", { names })) : null,
    source ? el("p", { class: "note law" }, [source.document, source.clause, source.effective_from ? t("in_force", { date: source.effective_from }) : "", term("confidence", source.confidence)].filter(Boolean).join(" · ")) : null,
    finding.needs.length ? el("p", { class: "note" }, t("needs", { needs: finding.needs.map(said).join(t("between")) })) : null,
    finding.notes.map((note) => el("p", { class: "note" }, said(note))));
}

// From the map to the clause: the first rule of what was clicked.
export function pickOnMap(properties) {
  if (!verdict) return;
  const index = verdict.sites.findIndex((site) => site.id === properties.site);
  if (index >= 0 && index !== chosen) { chosen = index; render(); }
  open("results");
  for (const id of properties.rules ?? []) if (mark(id)) { lightUp(properties.site, id); return; }
}

function mark(id) {
  for (const one of pane().querySelectorAll(".picked")) one.classList.remove("picked");
  const found = [...pane().querySelectorAll("[data-rule]")].find((one) => one.dataset.rule === id);
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

const residue = (site) => (site.residue?.length ? el("section", {}, el("h3", {}, t("residue")), el("ul", { class: "plain" }, site.residue.map((one) => el("li", {}, t("residue_line", { layer: term("layer", one.layer), feature: one.feature, area: fixed(one.overlap_m2, 2), width: fixed(one.width_m, 2) }))))) : null);
const units = (site) => (site.units?.length ? el("section", {}, el("h3", {}, t("units")), el("ul", { class: "plain" }, site.units.map((one) => el("li", {}, t("unit_line", { code: one.code, name: one.name, share: scaled(one.share, 2, 2) }))))) : null);

function trim(site) {
  if (!["PROHIBITED", "CONDITIONAL"].includes(site.verdict)) return null;
  const mine = fixes?.find((fix) => fix.site === site.id);
  return el("section", {}, el("h3", {}, t("fix_title")),
    mine ? el("div", { id: "trim" }, mine.kept_m2 === null ? null : el("p", {}, t("fix_result", { kept: fixed(mine.kept_m2, 2), lost: fixed(mine.lost_m2, 2) })),
      mine.after ? el("p", { class: "row" }, badge("verdict", mine.before), "→", badge("verdict", mine.after)) : null,
      el("ul", { class: "plain" }, said(mine.lines).map((line) => el("li", {}, line))))
      : button(t("fix"), fix, { class: "ghost", id: "fix" }));
}

function model(site) {
  if (!hasModel() || job.status !== "successful") return null;
  const mine = impacts?.impacts.find((one) => one.site === site.id);
  return el("section", {}, el("h3", {}, t("impact_title")),
    mine ? el("div", { id: "impact" }, el("p", { class: mine.harmed ? "warn" : "" }, said(mine.headline)), el("p", { class: "note" }, said(mine.why)),
      el("a", { class: "ghost", href: `/api/runs/${job.jobID}/impacts/${impacts.id}`, download: "" }, t("impact_take")))
      : impacts ? null : button(t("impact"), judge, { class: "ghost", id: "judge" }));
}

async function judge() {
  say(t("impact_working"));
  try {
    impacts = await post(`/api/runs/${job.jobID}/impact?lang=${lang()}`);
    render();
    say(t("impact_title"));
  } catch (error) { say(error.message); }
}

async function fix() {
  say(t("fix_working"));
  try {
    const { uploads, project, projects, crs, as_of } = job.asked;
    const answer = await post("/api/fix", { uploads, project, projects, as_of, ...(crs ? { crs } : {}) });
    fixes = answer.fixes;
    render();
    showTrim(answer.drawing);
    say(t("fix_title"));
  } catch (error) { say(error.message); }
}

// On paper nothing stays folded away, least of all what was not checked.
export function unfold() { for (const one of pane().querySelectorAll("details")) one.open = true; }

async function print() {
  document.body.classList.add("printing");
  unfold();
  resized();
  zoomToSite(verdict.sites[chosen]?.id);
  await pause(900);
  window.print();
  document.body.classList.remove("printing");
  resized();
}

function takeAway() {
  const ready = job.status === "successful";
  const link = (name, path) => el("a", { class: "ghost", href: path, download: "", "data-file": name }, t(`file_${name}`));
  const rest = ready ? el("div", { class: "row wrap", id: "downloads" },
    words().files.map((name) => link(name, `/api/runs/${job.jobID}/files/${name}`)), link("zip", `/api/runs/${job.jobID}/run.zip`),
    button(t("print"), print, { class: "ghost" }))
    : el("p", { class: "soft" }, FINISHED.includes(job.status) ? t(`status_${job.status}`) : t("downloads_wait"));
  return el("section", { class: "take" }, el("h3", {}, t("downloads")), rest, job.problems.map((problem) => el("p", { class: "note warn" }, told(problem))));
}
