// Vector tiles: decoded and drawn on a canvas, one grid of tiles for a layer.
import { bytes } from "./api.js";

const TEXT = new TextDecoder();

class Reader {
  constructor(content, at = 0, end = content.length) { this.content = content; this.at = at; this.end = end; }
  number() {
    let value = 0, place = 1, byte;
    do { byte = this.content[this.at++]; value += (byte & 127) * place; place *= 128; } while (byte > 127);
    return value;
  }
  inner() { const size = this.number(); const part = new Reader(this.content, this.at, this.at + size); this.at += size; return part; }
  text() { return TEXT.decode(this.rest()); }
  rest() { return this.content.subarray(this.at, this.end); }
  *fields() {
    while (this.at < this.end) {
      const tag = this.number();
      yield [tag >> 3, (tag & 7) === 2 ? this.inner() : this.number()];
    }
  }
}

// Features by kind: row, type and lines of points in units of the tile.
export function decode(content) {
  const found = [], values = [];
  for (const [, layer] of new Reader(content).fields()) {
    for (const [field, part] of layer.fields()) {
      if (field === 2) found.push(feature(part));
      else if (field === 4) for (const [, word] of part.fields()) values.push(word.text());
    }
  }
  for (const one of found) one.kind = values[one.mark] ?? "";
  return found;
}

function feature(part) {
  const made = { row: 0, mark: 0, type: 0, lines: [] };
  for (const [field, value] of part.fields()) {
    if (field === 1) made.row = value;
    else if (field === 2) { value.number(); made.mark = value.number(); }
    else if (field === 3) made.type = value;
    else if (field === 4) made.lines = outlines(value);
  }
  return made;
}

function outlines(part) {
  const lines = [];
  let x = 0, y = 0;
  while (part.at < part.end) {
    const command = part.number(), verb = command & 7;
    if (verb === 7) continue;
    for (let count = command >> 3; count > 0; count--) {
      const dx = part.number(), dy = part.number();
      x += (dx >>> 1) ^ -(dx & 1);
      y += (dy >>> 1) ^ -(dy & 1);
      if (verb === 1) lines.push([]);
      lines[lines.length - 1].push(x, y);
    }
  }
  return lines;
}

function trace(context, lines, scale, closed) {
  for (const line of lines) {
    context.moveTo(line[0] * scale, line[1] * scale);
    for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] * scale, line[i + 1] * scale);
    if (closed) context.closePath();
  }
}

// Draws what looks alike in one stroke: hundreds of paths, not thousands.
export function paint(canvas, features, styles, size) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / 4096, pixel = canvas.width / size;
  const groups = new Map();
  for (const one of features) {
    const key = `${one.kind}|${one.type}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one);
  }
  for (const members of groups.values()) {
    const { kind, type } = members[0];
    const style = styles[kind] ?? styles[""];
    context.beginPath();
    if (type === 1) {
      for (const one of members) for (const [x, y] of one.lines) {
        context.moveTo(x * scale + 3.5 * pixel, y * scale);
        context.arc(x * scale, y * scale, 3.5 * pixel, 0, 7);
      }
    } else for (const one of members) trace(context, one.lines, scale, type === 3);
    if (type !== 2 && style.fill) {
      context.globalAlpha = type === 1 ? 0.9 : style.opacity;
      context.fillStyle = style.fill;
      context.fill("evenodd");
    }
    context.globalAlpha = 1;
    context.strokeStyle = style.line;
    context.lineWidth = Math.max(0.4, style.width) * 1.2 * pixel;
    context.setLineDash(style.dash.map((part) => part * 1.3 * pixel));
    context.stroke();
  }
}

export function tileLayer(layer, { pane, counted }) {
  const styles = { "": layer.style };
  for (const kind of layer.kinds) styles[kind.id] = kind.style;
  const Grid = L.GridLayer.extend({
    createTile(place, done) {
      const size = this.getTileSize().x, ratio = Math.min(2, window.devicePixelRatio || 1);
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      canvas.width = canvas.height = size * ratio;
      const stop = new AbortController();
      canvas.stop = () => stop.abort();
      const n = 2 ** (place.z - 1);
      if (place.x < 0 || place.y < 0 || place.x >= n || place.y >= n) { setTimeout(() => done(null, canvas)); return canvas; }
      bytes(`/tiles/${layer.id}/${layer.key}/${place.z - 1}/${place.x}/${place.y}`, stop.signal).then(
        (answer) => {
          canvas.features = decode(answer.content);
          paint(canvas, canvas.features, styles, size);
          counted(answer);
          done(null, canvas);
        },
        (error) => { if (error.name !== "AbortError") done(error, canvas); },
      );
      return canvas;
    },
    // The topmost feature under a place of the map.
    featureAt(map, latlng) {
      const size = this.getTileSize().x, zoom = this._tileZoom;
      if (zoom === undefined) return null;
      const point = map.project(latlng, zoom);
      const key = this._tileCoordsToKey({ x: Math.floor(point.x / size), y: Math.floor(point.y / size), z: zoom });
      const features = this._tiles[key]?.el.features ?? [];
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
  const grid = new Grid({ pane, tileSize: 512, minZoom: 6, maxZoom: 20, maxNativeZoom: 20, keepBuffer: 1, updateWhenZooming: false });
  grid.on("tileunload", (event) => event.tile.stop?.());
  return grid;
}
