// Calls of the desk. A refusal is an error whose text is that of the registry.
import { lang, openIn, t } from "./words.js";

const JSON_TYPE = { "content-type": "application/json" };

// The desk gave no answer at all: it may be back in a moment.
export class Silence extends Error {}

export async function enter() {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token");
  openIn(given.get("lang"));
  if (!token) return;
  if (/[^\x21-\x7e]/.test(token)) throw new Error(t("no_token"));  // words copied with it
  await call("/api/session", { method: "POST", headers: { ...JSON_TYPE, authorization: `Bearer ${token}` } });
  history.replaceState(null, "", location.pathname);
}

async function call(path, how = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...how });
  } catch {
    throw new Silence(t("offline"));
  }
  if (!answer.ok) throw new Error(await refusal(answer));
  return answer;
}

async function refusal(answer) {
  try {
    const { problems } = await answer.json();
    return problems.map(told).join(" ");
  } catch {
    return String(answer.status);
  }
}

export function told(problem) {
  const language = lang();
  const text = problem.text ? problem.text[language] : problem[language];
  const cure = problem.cure ? problem.cure[language] : problem[`cure_${language}`];
  const where = problem.where ? ` ${problem.where}` : "";
  return `${problem.number}${where} ${text}${language === "zh" ? "。" : ". "}${cure}`;
}

export const get = async (path) => (await call(path)).json();
export const post = async (path, body = {}, headers = {}) =>
  (await call(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) })).json();
export const remove = async (path) => (await call(path, { method: "DELETE" })).json();

const BYTES = { "content-type": "application/octet-stream" };
const given = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));
const sent = async (path, content) => (await call(path, { method: "POST", headers: BYTES, body: content })).json();

export const send = (name, content, { into, crs } = {}) => sent(`/api/sites?${given({ name, into, crs })}`, content);
export const sendProjects = (name, content) => sent(`/api/projects?${given({ name })}`, content);
export const readAgain = (upload, crs) => post(`/api/sites/${upload}/read?${given({ crs })}`);

export async function blankForm(uploads, crs) {
  const body = JSON.stringify({ uploads, ...(crs ? { crs } : {}) });
  return (await call("/api/projects/blank", { method: "POST", headers: JSON_TYPE, body })).blob();
}
