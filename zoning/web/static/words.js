// Words of the page, in the language chosen. Text from users never passes here.
let loaded = { texts: {}, terms: {}, colours: {}, attributes: [], files: [] };
// What was chosen on the page stays; what the desk was started with holds for this tab.
const KEY = "zoning-lang";
let language = (sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY)) === "en" ? "en" : "zh";

export const lang = () => language;
export const words = () => loaded;

export function takeWords(document_) { loaded = document_; }
export function takeBase(base) { loaded.corridors = base.corridors; }

export function openIn(wanted) {
  if (wanted !== "zh" && wanted !== "en") return;
  sessionStorage.setItem(KEY, wanted);
  speak(wanted);
}

export function choose(chosen) {
  sessionStorage.removeItem(KEY);
  localStorage.setItem(KEY, chosen);
}

export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = t("title");
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = t(one.dataset.text);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", t(one.dataset.label));
}

export function t(key, values = {}) {
  const entry = loaded.texts[key];
  if (!entry) return key;
  return entry[language].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const term = (group, key) => (loaded.terms[group]?.[key] ?? {})[language] ?? key;
export const both = (group, key) => `${key} ${(loaded.terms[group]?.[key] ?? {}).zh ?? ""}`.trim();
export const said = (pair) => (pair ? pair[language] ?? "" : "");
export const when = (instant) => new Date(instant).toLocaleString(language === "zh" ? "zh-CN" : "en-GB");
export const colour = (name) => loaded.colours[name] ?? { fill: "#5a616b", text: "#ffffff" };

// A number as the reports print it: decimal digits, half up, nothing made up.
export function fixed(value, digits) {
  if (value === null || value === undefined) return "–";
  let [mantissa, power] = String(Math.abs(value)).split("e");
  let [whole, rest = ""] = mantissa.split(".");
  const shift = Number(power ?? 0);
  if (shift > 0) { rest = rest.padEnd(shift, "0"); whole += rest.slice(0, shift); rest = rest.slice(shift); }
  if (shift < 0) { whole = whole.padStart(1 - shift, "0"); rest = whole.slice(shift) + rest; whole = whole.slice(0, shift); }
  let units = BigInt(whole + rest.slice(0, digits).padEnd(digits, "0"));
  if ((rest[digits] ?? "0") >= "5") units += 1n;
  const text = units.toString().padStart(digits + 1, "0");
  const sign = value < 0 && units > 0n ? "-" : "";
  const head = text.slice(0, text.length - digits) || "0";
  return sign + head + (digits ? `.${text.slice(-digits)}` : "");
}

// The same of a value scaled by a power of ten, without arithmetic on it.
export function scaled(value, power, digits) {
  if (value === null || value === undefined) return "–";
  const [mantissa, own = "0"] = String(value).split("e");
  return fixed(Number(`${mantissa}e${Number(own) + power}`), digits);
}
