// The list of layers: what is drawn, how it looks, how far it may be trusted.
import { get, told } from "./api.js";
import { el, fill } from "./dom.js";
import { layerShown, mapOf, tell } from "./map.js";
import { said, t } from "./words.js";

const SHOWN = ["county", "township", "river", "ecological_redline", "permanent_basic_farmland", "urban_development_boundary", "corridor_layout"];
let base, shown;
const notes = new Map(), torn = new Map();

export function startLayers(document_) {
  base = document_;
  shown = new Set(SHOWN.filter((id) => base.layers.some((layer) => layer.id === id && layer.drawn)));
  for (const layer of base.layers) if (shown.has(layer.id)) show(layer, true);
  mapOf().on("zoomstart", () => { torn.clear(); for (const note of notes.values()) note.hidden = true; });
  render();
}

function show(layer, on) {
  torn.delete(layer.id);
  if (on) shown.add(layer.id); else shown.delete(layer.id);
  layerShown(layer, on, (answer) => counted(layer, answer));
}

function counted(layer, { there, shown: seen, failed }) {
  const note = notes.get(layer.id);
  if (failed) torn.set(layer.id, failed);
  if (note && torn.has(layer.id)) { note.hidden = false; note.textContent = tornText(layer); }
  else if (note && there > seen) { note.hidden = false; note.textContent = t("zoom_in"); }
}

// A tile that failed is told until the map is drawn anew, whatever comes after it.
const tornText = (layer) => (torn.has(layer.id) ? t("tile_failed", { detail: torn.get(layer.id) }) : "");

export function render() {
  notes.clear();
  const by = Object.fromEntries(base.layers.map((layer) => [layer.id, layer]));
  const groups = base.groups.map((group) => {
    const members = group.layers.map((id) => by[id]).filter(Boolean);
    return members.length ? el("section", {}, el("h3", {}, said(group)), el("ul", { class: "layers" }, members.map(row))) : null;
  });
  fill(document.getElementById("pane-layers"), el("h2", {}, t("layers")), groups);
}

function row(layer) {
  const name = said(layer);
  const note = el("p", { class: "note warn", hidden: !torn.has(layer.id) }, tornText(layer));
  notes.set(layer.id, note);
  const box = el("input", {
    type: "checkbox", checked: shown.has(layer.id), disabled: !layer.drawn, id: `layer-${layer.id}`,
    on: { change: (event) => { note.hidden = true; show(layer, event.target.checked); } },
  });
  const facts = [
    layer.features === undefined ? null : t("layer_count", { count: layer.features.toLocaleString("en") }),
    layer.features === undefined ? null : layer.edition ? t("edition", { edition: layer.edition }) : t("no_edition"),
    said(layer.authority),
    t(`standing_${layer.standing}`),
  ].filter(Boolean);
  const raster = !layer.drawn && layer.features !== undefined;
  return el("li", { class: `layer ${layer.standing}` },
    el("label", { for: `layer-${layer.id}` }, box, swatch(layer.style), el("span", { class: "name" }, name)),
    el("p", { class: "note" }, facts.join(" · "), raster ? ` · ${t("raster")}` : ""),
    layer.absence ? el("p", { class: "note" }, [layer.absence.statement, layer.absence.source, layer.absence.date].join(" · ")) : null,
    layer.problems.map((problem) => el("p", { class: "note warn" }, told(problem))),
    note,
    layer.kinds.length ? el("ul", { class: "kinds" }, layer.kinds.map((kind) => el("li", {}, swatch(kind.style), said(kind)))) : null,
  );
}

function swatch(style) {
  const canvas = el("canvas", { class: "swatch", width: 44, height: 28, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  if (style.fill) { context.globalAlpha = Math.max(style.opacity, 0.25); context.fillStyle = style.fill; context.fillRect(2, 2, 18, 10); context.globalAlpha = 1; }
  context.strokeStyle = style.line;
  context.lineWidth = Math.max(0.8, style.width);
  context.setLineDash(style.dash);
  context.strokeRect(2, 2, 18, 10);
  return canvas;
}

// What lies under a click, the topmost layer first.
export async function tellFeature(latlng, grids) {
  const order = grids.filter((grid) => shown.has(grid.of.id)).sort((a, b) => b.of.style.order - a.of.style.order);
  for (const grid of order) {
    const hit = ["county", "township"].includes(grid.of.id) ? null : grid.featureAt(grid._map, latlng);
    if (!hit) continue;
    const one = await get(`/api/layers/${grid.of.id}/features/${hit.row}`);
    const rows = Object.entries(one.attributes).filter(([, value]) => value !== "" && value !== null);
    tell(latlng, el("div", { class: "popup" },
      el("strong", {}, t("feature_of", { layer: said(grid.of), id: one.id })),
      el("dl", {}, rows.flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, String(value))]))));
    return;
  }
}
