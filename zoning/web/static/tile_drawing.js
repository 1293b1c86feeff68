// Vector tiles: decoded and drawn, in the page and in workers of it.
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

// Features by kind: row, type and lines of points in units of the tile. Those of
// the layer "merged" stand for many, and have no row.
export function decode(content) {
  const found = [];
  for (const [, layer] of new Reader(content).fields()) {
    const own = [], values = [];
    let merged = false;
    for (const [field, part] of layer.fields()) {
      if (field === 1) merged = part.text() === "merged";
      else if (field === 2) own.push(feature(part));
      else if (field === 4) for (const [, word] of part.fields()) values.push(word.text());
    }
    for (const one of own) { one.kind = values[one.mark] ?? ""; one.merged = merged; found.push(one); }
  }
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

export function trace(context, lines, scale, closed) {
  for (const line of lines) {
    context.moveTo(line[0] * scale, line[1] * scale);
    for (let i = 2; i < line.length; i += 2) context.lineTo(line[i] * scale, line[i + 1] * scale);
    if (closed) context.closePath();
  }
}

// Draws each feature by a path of its own: two that overlap are both seen, and many
// small paths are quicker than a large one. Merged ground has no outline.
export function paint(canvas, features, styles, size) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / 4096, pixel = canvas.width / size;
  let look = null;
  for (const one of features) {
    const style = styles[one.kind] ?? styles[""];
    if (style !== look) { look = style; dress(context, style, pixel); }
    context.globalAlpha = one.type === 1 ? 0.9 : style.opacity;
    if (one.merged && one.type === 3) { cover(context, one.lines, style, scale); continue; }
    context.beginPath();
    if (one.type === 1) for (const [x, y] of one.lines) {
      context.moveTo((x * scale) + 3.5 * pixel, y * scale);
      context.arc(x * scale, y * scale, 3.5 * pixel, 0, 7);
    } else trace(context, one.lines, scale, one.type === 3);
    if (one.type !== 2 && style.fill) context.fill("evenodd");
    context.globalAlpha = 1;
    context.stroke();
  }
}

function dress(context, style, pixel) {
  if (style.fill) context.fillStyle = style.fill;
  context.strokeStyle = style.line;
  context.lineWidth = Math.max(0.4, style.width) * 1.2 * pixel;
  context.setLineDash(style.dash.map((part) => part * 1.3 * pixel));
}

// Rectangles of cells; a layer without a colour inside shows by that of its line.
function cover(context, lines, style, scale) {
  if (!style.fill) { context.globalAlpha = 0.35; context.fillStyle = style.line; }
  for (const [west, north, , , east, south] of lines) context.fillRect(west * scale, north * scale, (east - west) * scale, (south - north) * scale);
}
