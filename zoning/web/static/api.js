// Calls of the desk. A refusal is an error whose text is that of the registry.
import { lang, t } from "./words.js";

const JSON_TYPE = { "content-type": "application/json" };

export async function enter() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
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
    throw new Error(t("offline"));
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

export async function send(name, content, { into, crs } = {}) {
  const query = new URLSearchParams({ name });
  if (into) query.set("into", into);
  if (crs) query.set("crs", crs);
  const headers = { "content-type": "application/octet-stream" };
  return (await call(`/api/sites?${query}`, { method: "POST", headers, body: content })).json();
}
