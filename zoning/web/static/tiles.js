// Vector tiles on a canvas each, one grid of tiles for a layer.
import { decode, trace } from "./tile_drawing.js";
import { t } from "./words.js";

const HANDS = 2;
const hands = [], waiting = new Map();
let number = 0;

// Has a tile drawn by a worker; returns what stops it.
function drawn(what, told) {
  while (hands.length < HANDS) hands.push(hand());
  const mine = ++number, one = hands[mine % HANDS];
  if (one.broken) { setTimeout(() => told({ failed: t("offline") })); return () => {}; }
  waiting.set(mine, told);
  one.postMessage({ number: mine, ...what });
  return () => { if (waiting.delete(mine)) one.postMessage({ number: mine }); };
}

function hand() {
  const made = new Worker("/static/tile_worker.js", { type: "module" });
  made.addEventListener("message", ({ data }) => {
    const told = waiting.get(data.number);
    waiting.delete(data.number);
    told?.(data);
  });
  // a worker that cannot load answers nobody: its tiles are told as failed
  made.addEventListener("error", () => {
    made.broken = true;
    for (const [mine, told] of waiting) if (hands[mine % HANDS] === made) { waiting.delete(mine); told({ failed: t("offline") }); }
  });
  return made;
}

export function tileLayer(layer, { pane, counted }) {
  const styles = { "": layer.style };
  for (const kind of layer.kinds) styles[kind.id] = kind.style;
  const Grid = L.GridLayer.extend({
    createTile(place, done) {
      const size = this.getTileSize().x, ratio = Math.min(2, window.devicePixelRatio || 1);
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      canvas.width = canvas.height = size * ratio;
      const n = 2 ** (place.z - 1);
      if (place.x < 0 || place.y < 0 || place.x >= n || place.y >= n) { setTimeout(() => done(null, canvas)); return canvas; }
      const path = `/tiles/${layer.id}/${layer.key}/${place.z - 1}/${place.x}/${place.y}`;
      canvas.stop = drawn({ path, styles, size, pixels: size * ratio }, (answer) => {
        if (answer.stopped) return;
        counted(answer);
        if (answer.failed) { done(new Error(answer.failed), canvas); return; }
        canvas.getContext("bitmaprenderer").transferFromImageBitmap(answer.picture);
        canvas.content = answer.content;
        done(null, canvas);
      });
      return canvas;
    },
    // The topmost feature under a place of the map.
    featureAt(map, latlng) {
      const size = this.getTileSize().x, zoom = this._tileZoom;
      if (zoom === undefined) return null;
      const point = map.project(latlng, zoom);
      const key = this._tileCoordsToKey({ x: Math.floor(point.x / size), y: Math.floor(point.y / size), z: zoom });
      const tile = this._tiles[key]?.el;
      if (!tile?.content) return null;
      const features = (tile.features ??= decode(tile.content).filter((one) => !one.merged));
      const canvas = document.createElement("canvas").getContext("2d");
      const unit = 4096 / size, x = (point.x % size) * unit, y = (point.y % size) * unit;
      for (let i = features.length - 1; i >= 0; i--) {
        const one = features[i];
        if (one.type === 1) { if (one.lines.some(([px, py]) => Math.hypot(px - x, py - y) < 7 * unit)) return one; continue; }
        canvas.beginPath();
        trace(canvas, one.lines, 1, one.type === 3);
        canvas.lineWidth = 8 * unit;
        if (one.type === 3 ? canvas.isPointInPath(x, y, "evenodd") : canvas.isPointInStroke(x, y)) return one;
      }
      return null;
    },
  });
  const grid = new Grid({ pane, tileSize: 512, minZoom: 6, maxZoom: 20, maxNativeZoom: 20, keepBuffer: 2, updateWhenZooming: false });
  grid.on("tileunload", (event) => event.tile.stop?.());
  return grid;
}
