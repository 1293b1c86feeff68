// Files of a drop, folders opened. A file geodatabase is a folder: it goes as one zip.
import { zip } from "./zip.js";

const GEODATABASE = /\.gdb$/i;

export async function filesOf(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry) {
  if (entry.isFile) return [await opened(entry)];
  const inside = await listed(entry);
  if (!GEODATABASE.test(entry.name)) return (await Promise.all(inside.map(filesIn))).flat();
  const files = await Promise.all(inside.filter((one) => one.isFile).map(opened));
  return [new File([await zip(entry.name, files)], `${entry.name}.zip`)];
}

const opened = (entry) => new Promise((take, fail) => { entry.file(take, fail); });

async function listed(entry) {
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((take, fail) => { reader.readEntries(take, fail); });
    if (!some.length) return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    found.push(...some);
  }
}
