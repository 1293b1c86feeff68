// The interface, told from openapi.json. No other file, no other host.
import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { lang, speak, t, takeWords } from "./words.js";

const place = document.getElementById("docs");

function resolve(document_, schema) {
  if (!schema?.$ref) return schema;
  return schema.$ref.slice(2).split("/").reduce((value, key) => value[key], document_);
}

function operation(document_, path, method, one) {
  const parameters = (one.parameters ?? []).map((p) => el("li", {}, el("code", {}, p.name), ` (${p.in}${p.required ? ", *" : ""})`));
  const bodies = Object.entries(one.requestBody?.content ?? {}).map(([kind, body]) => {
    const schema = resolve(document_, body.schema) ?? {};
    return el("details", {}, el("summary", {}, kind), el("pre", {}, JSON.stringify(schema, null, 1)));
  });
  const answers = Object.entries(one.responses).map(([code, answer]) => el("li", {}, el("code", {}, code), ` ${answer.description}`));
  return el("details", { class: "operation" },
    el("summary", {}, el("code", { class: `method ${method}` }, method.toUpperCase()), " ", el("code", {}, path), el("span", { class: "soft" }, ` ${one.description ?? one.summary ?? ""}`)),
    parameters.length ? [el("h4", {}, t("docs_parameters")), el("ul", {}, parameters)] : null,
    bodies.length ? [el("h4", {}, t("docs_body")), bodies] : null,
    el("h4", {}, t("docs_answers")), el("ul", {}, answers));
}

async function start() {
  const document_ = await get("/openapi.json");
  takeWords(await get("/api/texts"));
  speak(lang());
  const groups = Object.entries(document_.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => operation(document_, path, method, one)));
  fill(place, el("h1", {}, `${t("docs_title")} · ${document_.info.version}`), el("p", {}, document_.info.description), el("p", { class: "soft" }, t("docs_note")),
    el("p", {}, el("a", { href: "/" }, t("docs_back")), " · ", el("a", { href: "/openapi.json" }, "openapi.json")), groups);
}

start();
