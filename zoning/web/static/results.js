// Results as they come: first the verdict, then what can be taken away.
//
// What stands here answers one check. As soon as another is asked it is gone; when
// the list, an answer or the base has changed since, it loses its colours and says so.
import { get, post, remove, Silence, told } from "./api.js";
import { button, el, fill, say, swap } from "./dom.js";
import { forgetAnswers, pendingAnswers } from "./form.js";
import { clearFound, faded, inView, lightUp, resized, showFound, showTrim, zoomToAll, zoomToSite } from "./map.js";
import { listEdition } from "./sites.js";
import { open } from "./tabs.js";
import { many, mark, one, ruled } from "./verdict.js";
import { both, lang, said, t, term, when, words } from "./words.js";

export const UNFINISHED = ["failed", "dismissed"];
const FINISHED = ["successful", ...UNFINISHED];
const PATIENCE = [300, 600, 1200, 2400];
const WORST = ["PROHIBITED", "CONDITIONAL", "REJECTED", "UNDETERMINED", "NOTICE", "CLEAR"];
const LINES = ["ecological_redline", "permanent_basic_farmland", "urban_development_boundary"];
// {of, id, job, verdict, chosen, fixes, impacts, changed, silent, lost, written, unwritten}
let view = null, watched = 0;

const pane = () => document.getElementById("pane-results");
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function begin(of, id = null) {
  watched += 1;
  forgetAnswers();
  view = { of, id, job: null, verdict: null, chosen: 0, fixes: null, impacts: null, changed: [], silent: false, lost: "", written: new Set(), unwritten: new Map() };
  clearFound();
  open("results");
  render();
  return watched;
}

// A check is asked: whatever stood here is of another one.
export const expect = () => begin(null);

// No answer came to what was asked; what stands here since is another matter.
export function lost(error, mine) {
  say(error.message);
  if (mine !== watched) return;
  view.lost = error.message;
  render();
}

// `of` is the edition of the list that was asked; absent for a past run.
export async function follow(id, { of = null } = {}) {
  const mine = begin(of, id);
  try {
    for (;;) {
      const now = await patient(`/jobs/${id}`, mine);
      if (mine !== watched) return;
      await took(now, mine);
      if (mine !== watched || FINISHED.includes(now.status)) return;
      await pause(150);
    }
  } catch (error) { if (mine === watched) lost(error, mine); }
}

// A job that failed, was cancelled or interrupted goes on where it stopped.
export async function goOn(id, of = null) {
  await post(`/api/runs/${id}/resume`);
  follow(id, { of });
}

const resuming = () => button(t("resume"), () => goOn(view.id, view.of).catch((error) => say(error.message)), { class: "ghost", id: "resume" });

// A desk that is silent for a moment is asked again; meanwhile the page says so.
async function patient(path, mine) {
  for (const wait of PATIENCE) {
    try {
      const answer = await get(path);
      if (mine === watched && view.silent) { view.silent = false; notice(); }
      return answer;
    } catch (error) {
      if (!(error instanceof Silence) || mine !== watched) throw error;
      view.silent = true;
      notice();
      await pause(wait);
    }
  }
  return get(path);
}

async function took(now, mine) {
  const before = view.job;
  view.job = now;
  if (!view.verdict && (now.summary.verdict || now.status === "successful")) { await arrived(now, mine); return; }
  if (now.problems.length) say(now.problems.map(told).join(" "));
  if (!view.verdict) { if (before && !FINISHED.includes(now.status)) swap("progress", progress()); else render(); }
  else if (before?.status !== now.status) { swap("take", takeAway()); swap("model", modelOf()); notice(); inLanguage(); }
}

async function arrived(now, mine) {
  const [verdict, drawing, base] = await Promise.all([get(`/jobs/${now.jobID}/results`), get(`/api/runs/${now.jobID}/drawing`), view.of === null ? get("/api/layers") : null]);
  if (mine !== watched) return;
  if (now.summary.digest && verdict.digest !== now.summary.digest) throw new Error(t("not_the_run"));
  view.verdict = verdict;
  view.chosen = sorted()[0]?.index ?? 0;
  if (base) view.changed = changedLayers(verdict, base);
  showFound(drawing);
  zoomToAll();
  render();
  const gaps = verdict.sites.reduce((sum, site) => sum + (site.gaps?.length ?? 0), 0);
  say(t("verdict_told", { verdict: both("verdict", verdict.verdict), gaps, milliseconds: now.milliseconds ?? "–" }));
  document.getElementById("verdict-name")?.focus({ preventScroll: true });
  inLanguage();
}

// Layers that are other ones today than those a past run stands on.
function changedLayers(verdict, base) {
  const today = new Map([...base.layers.map((layer) => [layer.id, layer.sha256 ?? ""]), ...Object.entries(base.tables)]);
  return verdict.base.layers.filter((layer) => today.has(layer.id) && today.get(layer.id) !== layer.sha256).map((layer) => layer.id);
}

const rank = (site) => WORST.indexOf(site.verdict);
const sorted = () => view.verdict.sites.map((site, index) => ({ site, index })).sort((a, b) => rank(a.site) - rank(b.site) || a.index - b.index);

export function render() {
  if (!view) { fill(pane(), el("p", { class: "soft" }, t("no_results"))); return; }
  if (!view.verdict) { fill(pane(), view.lost ? failure() : progress(), (view.job?.problems ?? []).map((problem) => el("p", { class: "note warn", role: "alert" }, told(problem)))); return; }
  const site = view.verdict.sites[Math.min(view.chosen, view.verdict.sites.length - 1)];
  fill(pane(), el("div", { id: "notices" }), scope(), many(view, sorted(), choose), site ? one(view, site, { fix, form: acts, model: modelOf }) : null, takeAway());
  notice();
}

const acts = { changed: () => notice(), sent: (job, of) => follow(job, { of }) };

function choose(index, id) {
  view.chosen = index;
  render();
  zoomToSite(id);
  document.querySelector('#many [aria-pressed="true"]')?.focus({ preventScroll: true });
}

const failure = () => el("div", { class: "alarm", role: "alert", id: "lost" }, el("p", {}, el("strong", {}, t("lost"))), el("p", {}, view.lost),
  view.id ? button(t("lost_again"), () => follow(view.id, { of: view.of }), { class: "ghost" }) : null);

function progress() {
  const { job } = view;
  if (UNFINISHED.includes(job?.status)) return el("p", { class: "row", id: "progress" }, el("span", {}, t(`status_${job.status}`)), resuming());
  const percent = job?.progress ?? 0;
  const text = view.silent ? t("silent") : !job || job.status === "accepted" ? t("waiting") : t("checking", { percent });
  return el("div", { class: "row", id: "progress" }, el("progress", { max: "100", value: String(percent), "aria-label": text }), el("span", { class: view.silent ? "warn" : "" }, text),
    job ? button(t("dismiss"), () => remove(`/jobs/${job.jobID}`).catch((error) => say(error.message)), { class: "ghost" }) : null);
}

// ------------------------------------------------------ does it still answer?
export function listChanged() { if (view?.verdict) notice(); }

function doubts() {
  const told_ = [];
  if (view.of !== null && view.of !== listEdition()) told_.push(t("stale_list"));
  if (pendingAnswers()) told_.push(t("stale_answers"));
  if (view.changed.length) told_.push(t("stale_base", { layers: view.changed.map((id) => term("layer", id)).join(t("between_names")) }));
  return told_;
}

function notice() {
  if (!view) return;
  if (!view.verdict) { swap("progress", progress()); return; }
  const old = doubts();
  pane().classList.toggle("outdated", old.length > 0);
  faded(old.length > 0);
  const place = document.getElementById("notices");
  if (!place) return;
  const past = view.of === null ? el("p", { class: "note", id: "past" }, t("past_run", { date: when(view.job.created), as_of: view.verdict.as_of })) : null;
  fill(place, past, old.length ? el("div", { class: "alarm", role: "alert", id: "stale" }, old.map((text) => el("p", {}, text))) : null,
    view.silent ? el("p", { class: "note warn" }, t("silent")) : null, view.lost ? el("p", { class: "note warn", role: "alert" }, `${t("lost")} ${view.lost}`) : null);
}

// What the verdict does not speak of, as the command line says it.
function scope() {
  const { base } = view.verdict;
  const missing = LINES.filter((line) => base.missing.some((entry) => entry.id === line));
  const skipped = Object.keys(words().terms.scope).filter((name) => name !== "three_lines" && !base.scope.includes(name));
  const names = (group, ids) => ids.map((id) => term(group, id)).join(t("between_names"));
  return [missing.length ? el("p", { class: "alarm" }, t("lines_missing", { lines: names("layer", missing) })) : null,
    base.demo ? el("p", { class: "note warn" }, t("demo_stamp")) : null,
    skipped.length ? el("p", { class: "note" }, t("out_of_scope", { scopes: names("scope", skipped) })) : null];
}

// ---------------------------------------------------------- between map and text
// From the map to the clause: the first rule of what was clicked.
export function pickOnMap(properties) {
  if (!view?.verdict) return;
  const index = view.verdict.sites.findIndex((site) => site.id === properties.site);
  if (index >= 0 && index !== view.chosen) { view.chosen = index; render(); }
  open("results");
  for (const id of properties.rules ?? []) if (mark(id)) { lightUp(properties.site, id); return; }
}

// ------------------------------------------------------------ trim and corridors
async function fix() {
  const asked = view;
  say(t("fix_working"));
  try {
    const { uploads, project, projects, crs, as_of } = asked.job.asked;
    const answer = await post("/api/fix", { uploads, project, projects, as_of, ...(crs ? { crs } : {}) });
    if (asked !== view) return;
    view.fixes = answer.fixes;
    render();
    showTrim(answer.drawing);
    say(t("fix_title"));
  } catch (error) { say(error.message); }
}

function modelOf() {
  const { job, impacts, verdict, chosen } = view;
  const place = (...inside) => el("section", { id: "model", hidden: !words().corridors || job.status !== "successful" }, el("h3", {}, t("impact_title")), ...inside);
  const mine = impacts?.impacts.find((entry) => entry.site === verdict.sites[chosen]?.id);
  if (mine) return place(el("div", { id: "impact" }, el("p", { class: mine.harmed ? "warn" : "" }, said(mine.headline)), el("p", { class: "note" }, said(mine.why)),
    ruled(mine.findings.filter((finding) => finding.state !== "CLEAR")), el("p", { class: "note" }, said(mine.sensitivity)),
    el("a", { class: "ghost", href: `/api/runs/${job.jobID}/impacts/${impacts.id}`, download: "" }, t("impact_take"))));
  return place(impacts ? el("p", { class: "soft" }, t("impact_none")) : button(t("impact"), judge, { class: "ghost", id: "judge" }));
}

async function judge() {
  const asked = view;
  say(t("impact_working"));
  try {
    const impacts = await post(`/api/runs/${asked.job.jobID}/impact?lang=${lang()}`);
    if (asked !== view) return;
    view.impacts = impacts;
    swap("model", modelOf());
    say(t("impact_title"));
  } catch (error) { say(error.message); }
}

// ------------------------------------------------------------------- to take away
// Files follow the language of the page: written once more where they are not there.
async function inLanguage() {
  const asked = view, wanted = lang();
  if (asked?.job?.status !== "successful" || wanted === asked.job.asked.lang || asked.written.has(wanted) || asked.unwritten.has(wanted)) return;
  try {
    await post(`/api/runs/${asked.job.jobID}/rewrite?lang=${wanted}`);
    asked.written.add(wanted);
  } catch (error) { asked.unwritten.set(wanted, error.message); }
  if (asked === view) swap("take", takeAway());
}

export function spoken() { render(); inLanguage(); }

function takeAway() {
  const { job, written, unwritten } = view, wanted = lang(), own = job.asked.lang ?? "zh";
  const there = own === wanted || written.has(wanted), refusal = unwritten.get(wanted);
  const of = there ? wanted : own;
  const link = (name, path) => el("a", { class: "ghost", href: `${path}?lang=${of}`, download: "", "data-file": name, hreflang: of }, t(`file_${name}`));
  const ready = job.status === "successful" && (there || refusal !== undefined);
  const links = ready ? el("div", { class: "row wrap", id: "downloads", "data-lang": of },
    words().files.map((name) => link(name, `/api/runs/${job.jobID}/files/${name}`)), link("zip", `/api/runs/${job.jobID}/run.zip`),
    button(t("print"), print, { class: "ghost", id: "print" }))
    : UNFINISHED.includes(job.status) ? el("p", { class: "row soft" }, el("span", {}, t(`status_${job.status}`)), resuming())
    : el("p", { class: "soft" }, t(job.status === "successful" ? "rewriting" : "downloads_wait"));
  return el("section", { class: "take", id: "take" }, el("h3", {}, t("downloads")), refusal === undefined ? null : el("p", { class: "note warn" }, refusal), links,
    job.problems.map((problem) => el("p", { class: "note warn", role: "alert" }, told(problem))));
}

// On paper nothing stays folded away, least of all what was not checked; the map
// takes the shape of its place on the page before the browser draws it. There is no
// time for other tiles then, unless the button was pressed or the site out of view.
export function onPaper(on, near = false) {
  document.body.classList.toggle("printing", on);
  if (on) for (const folded of pane().querySelectorAll("details")) folded.open = true;
  resized();
  const id = view?.verdict?.sites[view.chosen]?.id;
  if (on && id !== undefined && (near || !inView(id))) zoomToSite(id);
}

async function print() {
  onPaper(true, true);
  await pause(900);
  window.print();
}
