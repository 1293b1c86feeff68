// A zip that only stores: what a folder holds, as one file. APPNOTE 6.3.10, 4.3.
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; return c >>> 0; });
const UTF8_NAMES = 0x0800, VERSION = 20, DAY_ZERO = 0x21;

function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

// Little-endian fields: [value, bytes] each.
function record(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, size]) => sum + size, 0)));
  let at = 0;
  for (const [value, size] of fields) { if (size === 4) view.setUint32(at, value, true); else view.setUint16(at, value, true); at += size; }
  return new Uint8Array(view.buffer);
}

export async function zip(folder, files) {
  const parts = [], directory = [];
  let offset = 0, listing = 0;
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const name = new TextEncoder().encode(`${folder}/${file.name}`);
    const facts = [[VERSION, 2], [UTF8_NAMES, 2], [0, 2], [0, 2], [DAY_ZERO, 2], [checksum(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]];
    const local = record([0x04034b50, 4], ...facts);
    const central = record([0x02014b50, 4], [VERSION, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    parts.push(local, name, bytes);
    directory.push(central, name);
    offset += local.length + name.length + bytes.length;
    listing += central.length + name.length;
  }
  const end = record([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [listing, 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...directory, end]);
}
