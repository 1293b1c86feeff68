// Sites: dropped, drawn or pasted; read by the desk, listed, and sent to a check.
import { get, post, send, told } from "./api.js";
import { button, el, fill, say } from "./dom.js";
import { draw, showRead, stopDrawing, zoomToAll, zoomToSite } from "./map.js";
import { follow } from "./results.js";
import { fixed, lang, t } from "./words.js";

const PARTS = [".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix"];
const uploads = [];
let crs = "", asOf = "", pasted = "";

export function render() {
  const input = el("input", { type: "file", id: "files", multiple: true, class: "hidden-input", on: { change: (e) => { take([...e.target.files]); e.target.value = ""; } } });
  const zone = el("label", { class: "drop", for: "files", on: { dragover: over, dragleave: out, drop: dropped } },
    input, el("strong", {}, t("drop")), el("span", { class: "note" }, t("drop_formats")));
  const tools = el("div", { class: "row" }, el("span", { class: "soft" }, t("draw")),
    ["polygon", "rectangle", "line"].map((kind) => button(t(`draw_${kind}`), () => { draw(kind); say(t("draw_start")); }, { class: "ghost", id: `draw-${kind}` })),
    button(t("draw_cancel"), () => { stopDrawing(); say(""); }, { class: "ghost" }));
  const area = el("textarea", { id: "paste", rows: 4, "aria-describedby": "paste-hint", on: { input: (e) => { pasted = e.target.value; } } }, pasted);
  const paste = el("details", { open: Boolean(pasted) }, el("summary", {}, t("paste")), el("label", { for: "paste", id: "paste-hint", class: "note" }, t("paste_hint")), area,
    button(t("paste_add"), addPasted, { class: "ghost", id: "paste-add" }));
  const options = [["", t("crs_none")], ["EPSG:4490", "CGCS2000 (EPSG:4490)"], ["EPSG:4326", "WGS 84 (EPSG:4326)"], ["EPSG:4546", "CGCS2000 3° CM 111E (EPSG:4546)"], ["EPSG:4525", "CGCS2000 3° zone 37 (EPSG:4525)"], ["gcj02", t("crs_gcj02")], ["bd09", t("crs_bd09")]];
  const select = el("select", { id: "crs", on: { change: (e) => { crs = e.target.value; } } }, options.map(([id, text]) => el("option", { value: id, selected: id === crs }, text)));
  const day = el("input", { type: "date", id: "as-of", value: asOf, on: { change: (e) => { asOf = e.target.value; } } });
  const settings = el("details", { open: Boolean(crs || asOf) }, el("summary", {}, t("settings")),
    el("label", { for: "crs" }, t("crs")), select, el("label", { for: "as-of" }, t("as_of")), day);
  fill(document.getElementById("pane-sites"), zone, tools, paste, settings,
    el("h2", {}, t("site_list")), listed(),
    button(t("check"), () => check({}), { class: "primary", id: "check", disabled: !good().length }));
}

const good = () => uploads.filter((one) => one.sites.length);

function listed() {
  const rows = uploads.flatMap((upload) => upload.sites.length ? upload.sites.map((site) => row(upload, site)) : [waits(upload)]);
  return rows.length ? el("ul", { class: "sites", id: "site-list" }, rows) : el("p", { class: "soft" }, t("none_yet"));
}

function row(upload, site) {
  const name = site.name || site.id;
  const notes = site.rejection ? [site.rejection] : site.problems;
  return el("li", { class: site.rejection ? "rejected" : "" },
    el("div", { class: "row" }, el("strong", { class: "grow" }, name),
      site.geometry ? button(t("show"), () => zoomToSite(site.id), { class: "link", "aria-label": t("show_named", { name }) }) : el("span", { class: "badge dark" }, t("rejected")),
      button("×", () => drop(upload), { class: "link", "aria-label": t("remove", { name }) })),
    el("p", { class: "note" }, [site.source, site.crs, site.area_declared_m2 ? t("area_declared", { area: fixed(site.area_declared_m2, 2) }) : ""].filter(Boolean).join(" · ")),
    notes.map((problem) => el("p", { class: "note warn" }, told(problem))));
}

const waits = (upload) => el("li", {}, el("div", { class: "row" }, el("strong", { class: "grow" }, upload.name), t("waits_for_parts"), button("×", () => drop(upload), { class: "link", "aria-label": t("remove", { name: upload.name }) })));

function over(event) { event.preventDefault(); event.currentTarget.classList.add("over"); }
function out(event) { event.currentTarget.classList.remove("over"); }
function dropped(event) { event.preventDefault(); event.currentTarget.classList.remove("over"); take([...event.dataTransfer.files]); }

const ending = (name) => name.slice(name.lastIndexOf(".")).toLowerCase();
const stem = (name) => name.slice(0, name.lastIndexOf("."));

// Parts of a Shapefile go first and together; the .shp itself comes last.
export async function take(files) {
  const order = [...files].sort((a, b) => (ending(a.name) === ".shp") - (ending(b.name) === ".shp"));
  const begun = new Map();
  for (const file of order) {
    const part = PARTS.includes(ending(file.name)), whole = ending(file.name) === ".shp";
    const key = part || whole ? stem(file.name) : null;
    try {
      say(t("reading", { name: file.name }));
      const into = key === null ? undefined : begun.get(key);
      const answer = await send(file.name, await file.arrayBuffer(), { into, crs });
      if (key !== null) begun.set(key, answer.upload);
      put(file.name, answer, part);
    } catch (error) { say(error.message); }
  }
}

function put(name, answer, part) {
  const sites = part ? [] : answer.sites;
  const known = uploads.find((one) => one.upload === answer.upload);
  if (known) { known.sites = sites; known.name = name; } else uploads.push({ upload: answer.upload, name, sites });
  if (!part) say(t("was_read", { name, count: sites.length, rejected: sites.filter((site) => site.rejection).length }));
  changed();
}

function drop(upload) { uploads.splice(uploads.indexOf(upload), 1); changed(); }

function changed() {
  render();
  showRead(good().flatMap((one) => one.sites).filter((site) => site.geometry).map((site) => ({ type: "Feature", properties: { kind: "site", site: site.id }, geometry: site.geometry })));
  zoomToAll();
}

export async function takeDrawn(feature) {
  const count = uploads.filter((one) => one.drawn).length + 1;
  const name = `${t("drawn_name")}${count}`;
  const crs4490 = { type: "name", properties: { name: "urn:ogc:def:crs:EPSG::4490" } };
  const collection = { type: "FeatureCollection", crs: crs4490, features: [{ ...feature, properties: { name } }] };
  await sendText(`${name}.geojson`, JSON.stringify(collection));
  if (uploads.length) uploads[uploads.length - 1].drawn = true;
}

async function sendText(name, text) {
  try { put(name, await send(name, new TextEncoder().encode(text), { crs }), false); } catch (error) { say(error.message); }
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

export async function check(project) {
  const asked = { uploads: good().map((one) => one.upload), project, lang: lang() };
  if (crs) asked.crs = crs;
  if (asOf) asked.as_of = asOf;
  await ask(asked);
}

export async function ask(asked) {
  try {
    const job = await post("/processes/check/execution", { inputs: asked }, { prefer: "respond-async" });
    await follow(job.jobID);
  } catch (error) { say(error.message); }
}

export const again = async (id, project) => {
  const { asked } = await get(`/jobs/${id}`);
  await ask({ ...asked, project: { ...asked.project, ...project }, lang: lang() });
};
