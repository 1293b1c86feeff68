// The map: base layers as tiles, what was drawn or read, and what a check found.
import { colour, t } from "./words.js";
import { tileLayer } from "./tiles.js";

const FOUND = {
  section: { color: "#5b2a86", weight: 4, fill: false },
  trim: { color: "#8f1d69", weight: 2.4, dashArray: "6 4", fillColor: "#d63fa3", fillOpacity: 0.3 },
  residue: { color: "#1d5fa8", weight: 1.6, fillColor: "#3a86d6", fillOpacity: 0.6 },
  kept: { color: "#0b7a5a", weight: 3.5, fillColor: "#12b886", fillOpacity: 0.55 },
  lost: { color: "#b40f2e", weight: 2.4, dashArray: "9 6", fillColor: "#8b93a1", fillOpacity: 0.6 },
};

const SMALL_PIXELS = 16;
let map, sites, rings, found, trims;
let picked = () => {}, asked = () => {}, drawn = () => {};
const grids = new Map();
let pen = null;

export function openMap(bounds, acts) {
  ({ picked, asked, drawn } = acts);
  map = L.map("map", { zoomControl: false, preferCanvas: false, zoomSnap: 0.5, maxZoom: 20, minZoom: 7, keyboard: true });
  map.attributionControl.remove();
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const [south, west, north, east] = bounds;
  map.fitBounds([[south, west], [north, east]]);
  map.setMaxBounds(L.latLngBounds([south, west], [north, east]).pad(1.5));
  pane("found", 620); pane("sites", 640);
  sites = L.geoJSON(null, { pane: "sites", style: siteLook, pointToLayer: dot("sites") }).addTo(map);
  rings = L.layerGroup([], { pane: "sites" }).addTo(map);
  map.on("zoomend", ringSmall);
  found = L.geoJSON(null, { pane: "found", style: foundLook, pointToLayer: dot("found"), onEachFeature: clickable }).addTo(map);
  trims = L.geoJSON(null, { pane: "found", style: foundLook, pointToLayer: dot("found") }).addTo(map);
  map.on("click", (event) => { if (!pen) asked(event.latlng, [...grids.values()]); });
  map.on(L.Draw.Event.CREATED, (event) => { pen = null; drawn(event.layer.toGeoJSON()); });
  map.on(L.Draw.Event.DRAWSTOP, () => setTimeout(() => { pen = null; }));
  return map;
}

function pane(name, order) { map.createPane(name).style.zIndex = String(order); }
const dot = (name) => (_, latlng) => L.circleMarker(latlng, { radius: 7, pane: name });
let past = false;
const siteLook = (feature) => {
  const verdict = feature.properties.verdict;
  const line = verdict && !past ? colour(verdict).fill : "#14181f";
  return { color: line, weight: 3, fillColor: line, fillOpacity: 0.08, interactive: false };
};
function foundLook(feature) {
  const { kind, state } = feature.properties;
  if (FOUND[kind]) return FOUND[kind];
  const fill = colour(state).fill;
  return { color: fill, weight: 1.6, fillColor: fill, fillOpacity: 0.42 };
}
function clickable(feature, layer) {
  layer.on("click", (event) => { L.DomEvent.stopPropagation(event); picked(feature.properties); });
}

// A site too small to be seen gets a ring about it.
function ringSmall() {
  rings.clearLayers();
  sites.eachLayer((layer) => {
    const bounds = layer.getBounds?.();
    if (!bounds?.isValid()) return;
    const size = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
    if (Math.max(Math.abs(size.x), Math.abs(size.y)) < SMALL_PIXELS) L.circleMarker(bounds.getCenter(), { ...siteLook(layer.feature), radius: 11, fillOpacity: 0, weight: 2.5, pane: "sites" }).addTo(rings);
  });
}

export function layerShown(layer, shown, counted) {
  if (!grids.has(layer.id)) {
    const name = `layer-${layer.id}`;
    pane(name, 200 + Math.min(390, layer.style.order / 2));
    map.getPane(name).style.pointerEvents = "none";
    const grid = tileLayer(layer, { pane: name, counted });
    grid.of = layer;
    grids.set(layer.id, grid);
  }
  const grid = grids.get(layer.id);
  if (shown) grid.addTo(map); else grid.remove();
}

export const resized = () => map.invalidateSize();
export const mapOf = () => map;

export function showRead(features) {
  past = false;
  sites.clearLayers(); found.clearLayers(); trims.clearLayers();
  sites.addData({ type: "FeatureCollection", features });
  ringSmall();
}

// Sites lose the colour of a verdict that no longer answers what is asked.
export function faded(on) { past = on; sites?.setStyle(siteLook); if (sites) ringSmall(); }

export function clearFound() { found?.clearLayers(); trims?.clearLayers(); faded(true); }

export function showFound(drawing) {
  past = false;
  const own = (kinds) => ({ type: "FeatureCollection", features: drawing.features.filter((one) => kinds(one.properties.kind)) });
  sites.clearLayers(); found.clearLayers(); trims.clearLayers();
  sites.addData(own((kind) => kind === "site"));
  ringSmall();
  found.addData(own((kind) => kind !== "site"));
}

export function showTrim(drawing) {
  found.setStyle((feature) => ({ ...foundLook(feature), opacity: 0.25, fillOpacity: 0.05 }));
  trims.clearLayers();
  trims.addData(drawing);
  zoomTo(trims.getBounds());
}

export function zoomTo(bounds) {
  if (bounds?.isValid()) map.fitBounds(bounds, { padding: [70, 70], maxZoom: 17, animate: false });
}

function boundsOf(id) {
  const mine = sites.getLayers().filter((layer) => layer.feature.properties.site === id);
  return mine.length ? L.featureGroup(mine).getBounds() : null;
}
export function zoomToSite(id) { zoomTo(boundsOf(id)); }
export function inView(id) { const bounds = boundsOf(id); return bounds === null || map.getBounds().intersects(bounds); }
export const zoomToAll = () => zoomTo(sites.getBounds());

// Lights up what a rule met of a site; true where there is something to see.
export function lightUp(site, ruleId) {
  const mine = [];
  found.eachLayer((layer) => {
    const own = layer.feature.properties;
    const hit = own.site === site && (own.rules?.includes(ruleId) ?? false);
    layer.setStyle({ opacity: 1, ...foundLook(layer.feature), ...(hit ? { weight: 4.5, fillOpacity: 0.7 } : {}) });
    if (hit) { layer.bringToFront(); mine.push(layer); }
  });
  if (mine.length) zoomTo(L.featureGroup(mine).getBounds());
  else zoomToSite(site);
  return mine.length > 0;
}

export function tell(latlng, content) {
  L.popup({ maxWidth: 320, autoPanPadding: [30, 30] }).setLatLng(latlng).setContent(content).openOn(map);
}

export function draw(kind) {
  stopDrawing();
  const look = { color: "#14181f", weight: 3, fillOpacity: 0.08 };
  const handlers = {
    polygon: () => new L.Draw.Polygon(map, { shapeOptions: look, allowIntersection: false, showArea: false }),
    rectangle: () => new L.Draw.Rectangle(map, { shapeOptions: look, showArea: false }),
    line: () => new L.Draw.Polyline(map, { shapeOptions: look, showLength: false }),
  };
  pen = handlers[kind]();
  pen.enable();
}
export function stopDrawing() { pen?.disable(); pen = null; }

export function speakDrawing() {
  const handlers = L.drawLocal.draw.handlers;
  handlers.polygon.tooltip = { start: t("draw_start"), cont: t("draw_next"), end: t("draw_end") };
  handlers.polyline.tooltip = { start: t("draw_start"), cont: t("draw_next"), end: t("draw_end_line") };
  handlers.rectangle.tooltip = { start: t("draw_drag") };
  handlers.simpleshape.tooltip = { end: t("draw_drag") };
}
