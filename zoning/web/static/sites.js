// Sites: dropped, drawn or pasted; read by the desk, listed, and sent to a check.
import { blankForm, post, readAgain, send, sendProjects, told } from "./api.js";
import { button, el, fill, hand, say } from "./dom.js";
import { filesOf } from "./folders.js";
import { draw, showRead, stopDrawing, zoomToAll, zoomToSite } from "./map.js";
import { expect, follow, listChanged, lost } from "./results.js";
import { open } from "./tabs.js";
import { fixed, lang, t } from "./words.js";

const PARTS = [".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".fbn", ".fbx", ".ain", ".aih", ".ixs", ".mxs", ".atx"];
const BESIDE = /\.shp\.xml$|\.qm[dl]$/i;
const PROJECT = [".yaml", ".yml"];
const LISTED = 300, OFTEN_MS = 300;
const OTHER = "other";
const SYSTEMS = [
  ["EPSG:4490", "CGCS2000 (EPSG:4490)"], ["EPSG:4326", "WGS 84 (EPSG:4326)"],
  ["EPSG:4546", "CGCS2000 3° CM 111E (EPSG:4546)"], ["EPSG:4525", "CGCS2000 3° zone 37 (EPSG:4525)"],
  ["EPSG:4545", "CGCS2000 3° CM 108E (EPSG:4545)"], ["EPSG:4524", "CGCS2000 3° zone 36 (EPSG:4524)"],
];
// Each is {upload, name, sites, endings} or, when it was not taken in, {name, failed}.
const uploads = [];
let crs = "", otherCrs = false, asOf = "", pasted = "", project = null, busy = 0, edition = 0, rendered = 0;

// Counts what a check hangs on: another number, another question.
export const listEdition = () => edition;

export function render() {
  rendered = performance.now();
  const input = el("input", { type: "file", id: "files", multiple: true, class: "hidden-input", on: { change: (e) => { take([...e.target.files]); e.target.value = ""; } } });
  const zone = el("label", { class: "drop", for: "files" }, input, el("strong", {}, t("drop")), el("span", { class: "note" }, t("drop_formats")));
  const tools = el("div", { class: "row wrap", role: "group", "aria-label": t("draw") }, el("span", { class: "soft" }, t("draw")),
    ["polygon", "rectangle", "line"].map((kind) => button(t(`draw_${kind}`), () => { draw(kind); say(t("draw_start")); }, { class: "ghost", id: `draw-${kind}` })),
    button(t("draw_cancel"), () => { stopDrawing(); say(""); }, { class: "ghost" }));
  const area = el("textarea", { id: "paste", rows: 4, "aria-describedby": "paste-hint", on: { input: (e) => { pasted = e.target.value; } } }, pasted);
  const paste = el("details", { open: Boolean(pasted) }, el("summary", {}, t("paste")), el("label", { for: "paste", id: "paste-hint", class: "note" }, t("paste_hint")), area,
    button(t("paste_add"), addPasted, { class: "ghost", id: "paste-add" }));
  fill(document.getElementById("pane-sites"), zone, tools, paste, settings(), projects(),
    el("h2", {}, t("site_list")), listed(), bar());
}

function settings() {
  const options = [["", t("crs_none")], ...SYSTEMS, ["gcj02", t("crs_gcj02")], ["bd09", t("crs_bd09")], [OTHER, t("crs_other")]];
  const chosen = otherCrs ? OTHER : crs;
  const select = el("select", { id: "crs", on: { change: (e) => { otherCrs = e.target.value === OTHER; render(); document.getElementById("crs").focus(); if (!otherCrs) reread(e.target.value); } } },
    options.map(([id, text]) => el("option", { value: id, selected: id === chosen }, text)));
  const code = otherCrs ? el("div", { class: "field" }, el("label", { for: "crs-code" }, t("crs_code")),
    el("input", { type: "text", id: "crs-code", inputmode: "numeric", value: crs.replace("EPSG:", ""), on: { change: (e) => reread(/^\d{4,6}$/.test(e.target.value.trim()) ? `EPSG:${e.target.value.trim()}` : "") } })) : null;
  const day = el("input", { type: "date", id: "as-of", value: asOf, on: { change: (e) => { asOf = e.target.value; touched(); } } });
  return el("details", { id: "settings", open: Boolean(crs || asOf || otherCrs) }, el("summary", {}, t("settings")),
    el("label", { for: "crs" }, t("crs")), select, code, el("label", { for: "as-of" }, t("as_of")), day, el("p", { class: "note" }, t("as_of_today")));
}

// What a file says of the projects: attributes and papers, for all sites or each.
function projects() {
  const input = el("input", { type: "file", id: "project-file", accept: ".yaml,.yml,.xlsx,.xlsm", class: "hidden-input", on: { change: (e) => { const [file] = e.target.files; if (file) during(() => takeProject(file)); e.target.value = ""; } } });
  const blank = button(t("project_blank"), blankOf, { class: "ghost", id: "project-blank", disabled: !good().length });
  const now = project === null ? null : el("p", { class: "row", id: "project-now" }, el("strong", { class: "grow" }, project.name), el("span", { class: "soft" }, t("project_holds", summed(project))),
    button("×", () => { project = null; touched(); render(); }, { class: "link", "aria-label": t("remove", { name: project.name }) }));
  return el("details", { id: "project", open: project !== null }, el("summary", {}, t("project")), el("p", { class: "note" }, t("project_hint")),
    el("div", { class: "row wrap" }, el("label", { for: "project-file", class: "ghost upload" }, input, t("project_choose")), blank), now);
}

function summed({ project: all, projects: each }) {
  const entries = [all, ...Object.values(each)];
  const papers = entries.reduce((sum, entry) => sum + (entry.evidence?.length ?? 0), 0);
  return { all: Object.keys(all).filter((key) => key !== "evidence").length, sites: Object.keys(each).length, papers };
}

async function takeProject(file) {
  say(t("reading", { name: file.name }));
  try {
    project = { name: file.name, ...(await sendProjects(file.name, await file.arrayBuffer())) };
    touched();
    say(t("project_read", { name: file.name, ...summed(project) }));
  } catch (error) { put({ name: file.name, failed: error.message }); say(error.message); }
}

async function blankOf() {
  try { hand(await blankForm(good().map((one) => one.upload), crs), t("project_blank_name")); } catch (error) { say(error.message); }
}

const good = () => uploads.filter((one) => one.upload);
const failed = () => uploads.filter((one) => one.failed);

// Nothing is checked while a file is on its way or did not arrive: it would be missing.
async function during(act) {
  busy += 1;
  render();
  try { await act(); } finally { busy -= 1; changed(); }
}

function bar() {
  const ready = good().length > 0 && !failed().length && !busy;
  const why = busy ? t("check_waits") : failed().length ? t("check_blocked", { count: failed().length }) : "";
  return el("div", { id: "check-bar" }, why ? el("p", { class: "note warn", id: "check-why" }, why) : null,
    button(t("check"), check, { class: "primary", id: "check", disabled: !ready, "aria-describedby": why ? "check-why" : null }));
}

function listed() {
  const rows = uploads.flatMap((upload) => upload.failed ? [refused(upload)] : upload.sites.length ? upload.sites.map((site) => [upload, site]) : [waits(upload)]);
  if (!rows.length) return el("p", { class: "soft" }, t("none_yet"));
  const hidden = rows.length - LISTED;
  return el("div", {}, el("ul", { class: "sites", id: "site-list" }, rows.slice(0, LISTED).map((one) => (Array.isArray(one) ? row(...one) : one))),
    hidden > 0 ? el("p", { class: "note warn" }, t("sites_more", { shown: LISTED, count: hidden })) : null,
    rows.length > 1 ? button(t("remove_all"), () => { uploads.length = 0; changed(); }, { class: "link", id: "remove-all" }) : null);
}

function row(upload, site) {
  const name = site.name || site.id;
  const notes = site.rejection ? [site.rejection] : site.problems;
  const twice = upload.sites[0] === site && uploads.filter((one) => one.name === upload.name).length > 1;
  return el("li", { class: site.rejection ? "rejected" : "" },
    el("div", { class: "row" }, el("strong", { class: "grow" }, name),
      site.geometry ? button(t("show"), () => zoomToSite(onMap(upload, site)), { class: "link", "aria-label": t("show_named", { name }) }) : el("span", { class: "badge dark" }, t("rejected")),
      button("×", () => drop(upload), { class: "link", "aria-label": t("remove", { name }) })),
    el("p", { class: "note" }, [site.source, site.crs, site.area_declared_m2 ? t("area_declared", { area: fixed(site.area_declared_m2, 2) }) : ""].filter(Boolean).join(" · ")),
    twice ? el("p", { class: "note warn" }, t("same_name")) : null,
    notes.map((problem) => el("p", { class: "note warn" }, told(problem), ASKS_CRS.test(told(problem)) ? button(t("crs_choose"), toSettings, { class: "link" }) : null)));
}

// Two files may each call a site DK01 until they are checked together.
const onMap = (upload, site) => `${upload.upload} ${site.id}`;
const ASKS_CRS = /--crs/;
function toSettings() { const place = document.getElementById("settings"); place.open = true; place.querySelector("select").focus(); }

const named = (upload, text, kind) => el("li", { class: kind }, el("div", { class: "row" }, el("strong", { class: "grow" }, upload.name), el("span", { class: "badge dark" }, text),
  button("×", () => drop(upload), { class: "link", "aria-label": t("remove", { name: upload.name }) })), upload.failed ? el("p", { class: "note warn" }, upload.failed) : null);
const waits = (upload) => named(upload, t("waits_for_parts"), "rejected");
const refused = (upload) => named(upload, t("not_taken"), "rejected failed");

// A file that misses the box must not carry the page away.
export function takeDropsAnywhere() {
  const zone = () => document.querySelector(".drop");
  window.addEventListener("dragover", (event) => { event.preventDefault(); zone()?.classList.add("over"); });
  window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone()?.classList.remove("over"); });
  window.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone()?.classList.remove("over");
    open("sites");
    const given = filesOf(event.dataTransfer);  // the browser forgets them after this turn
    try { await during(async () => take(await given)); } catch (error) { put({ name: t("dropped"), failed: t("failed", { detail: error.message }) }); }
  });
}

const ending = (name) => name.slice(name.lastIndexOf(".")).toLowerCase();
const stem = (name) => name.slice(0, name.lastIndexOf("."));

// Parts of a Shapefile go first and together; the .shp itself comes last.
export async function take(files) {
  const order = [...files].sort((a, b) => (ending(a.name) === ".shp") - (ending(b.name) === ".shp"));
  await during(async () => {
    for (const file of order.filter((one) => !BESIDE.test(one.name))) await (PROJECT.includes(ending(file.name)) ? takeProject(file) : takeOne(file));
  });
}

async function takeOne(file) {
  const end = ending(file.name), part = PARTS.includes(end), shape = part || end === ".shp";
  const known = shape ? uploads.findLast((one) => one.upload && one.endings && stem(one.name) === stem(file.name) && !one.endings.includes(end)) : undefined;
  try {
    say(t("reading", { name: file.name }));
    const answer = await send(file.name, await file.arrayBuffer(), { into: known?.upload, crs });
    const endings = shape ? [...(known?.endings ?? []), end] : null;
    const whole = !shape || endings.includes(".shp");
    const entry = { upload: answer.upload, name: known && part ? known.name : file.name, sites: whole ? answer.sites : [], endings };
    if (known) Object.assign(known, entry); else uploads.push(entry);
    if (whole) say(t("was_read", { name: entry.name, count: answer.sites.length, rejected: answer.sites.filter((site) => site.rejection).length }));
    changed();
  } catch (error) { put({ name: file.name, failed: error.message }); say(error.message); }
}

function put(entry) { uploads.push(entry); changed(); }
function drop(upload) { uploads.splice(uploads.indexOf(upload), 1); changed(); document.getElementById("files").focus(); }

function touched() { edition += 1; listChanged(); }

// While files come in, the list is made anew now and then, the map once at the end.
function changed() {
  touched();
  if (busy && performance.now() - rendered < OFTEN_MS) return;
  render();
  if (busy) return;
  showRead(good().flatMap((one) => one.sites.filter((site) => site.geometry).map((site) => ({ type: "Feature", properties: { kind: "site", site: onMap(one, site) }, geometry: site.geometry }))));
  zoomToAll();
}

// Files that state no CRS are read under the one chosen, also those sent before.
async function reread(chosen) {
  if (chosen === crs) return;
  crs = chosen;
  touched();
  await during(async () => {
    for (const upload of good().filter((one) => one.sites.length)) {
      try { upload.sites = (await readAgain(upload.upload, crs)).sites; } catch (error) { upload.failed = error.message; delete upload.upload; say(error.message); }
    }
  });
}

export async function takeDrawn(feature) {
  const name = `${t("drawn_name")}${uploads.filter((one) => one.drawn).length + 1}`;
  const crs4490 = { type: "name", properties: { name: "urn:ogc:def:crs:EPSG::4490" } };
  const collection = { type: "FeatureCollection", crs: crs4490, features: [{ ...feature, properties: { name } }] };
  await sendText(`${name}.geojson`, JSON.stringify(collection), { drawn: true });
}

async function sendText(name, text, more = {}) {
  await during(async () => {
    try {
      const answer = await send(name, new TextEncoder().encode(text), { crs });
      put({ upload: answer.upload, name, sites: answer.sites, ...more });
      say(t("was_read", { name, count: answer.sites.length, rejected: answer.sites.filter((site) => site.rejection).length }));
    } catch (error) { put({ name, failed: error.message }); say(error.message); }
  });
}

async function addPasted() {
  const text = pasted.trim();
  if (!text) return;
  const name = t("pasted_name");
  pasted = "";
  if (/^\s*(SRID=\d+;)?(MULTI)?(POLYGON|LINESTRING|POINT)/i.test(text)) await sendText(`${name}.wkt`, text);
  else if (/^\s*[{[]\s*"/.test(text)) await sendText(`${name}.geojson`, text);
  else if (/\[.*\]|@/.test(text)) await sendText(`${name}.txt`, text);
  else await sendText(`${name}.csv`, table(text));
}

function table(text) {
  const rows = text.split(/\r?\n/).map((line) => line.trim().split(/[\s,，;；\t]+/).filter(Boolean)).filter((cells) => cells.length);
  const degrees = rows.every((cells) => cells.slice(-2).every((cell) => Math.abs(Number(cell)) <= 180));
  const head = degrees ? ["经度", "纬度"] : ["X", "Y"];
  return [head, ...rows.map((cells) => cells.slice(-2))].map((cells) => cells.join(",")).join("\n");
}

async function check() {
  const asked = { uploads: good().map((one) => one.upload), project: project?.project ?? {}, projects: project?.projects ?? {}, lang: lang() };
  if (crs) asked.crs = crs;
  if (asOf) asked.as_of = asOf;
  const of = edition;
  const mine = expect();
  try { await follow((await start(asked)).jobID, { of }); } catch (error) { lost(error, mine); }
}

export const start = (asked) => post("/processes/check/execution", { inputs: asked }, { prefer: "respond-async" });
