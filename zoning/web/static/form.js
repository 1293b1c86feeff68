// The form: what could still change the verdict, for all sites or for one.
//
// Answers wait here until the sites are checked again with them; nothing that was
// said of one run is carried into another that is opened.
import { button, el, say, swap } from "./dom.js";
import { start } from "./sites.js";
import { lang, said, t, term, words } from "./words.js";

const ALL = "*", FIRST = 4, EVIDENCE = "evidence";
const answers = new Map(), drafts = new Map();
let whose = null, fault = "";

export function forgetAnswers() { answers.clear(); drafts.clear(); whose = null; fault = ""; }
export const pendingAnswers = () => answers.size > 0 || [...drafts.values()].some((paper) => Object.values(paper).some(Boolean));

// Attributes and papers as they were asked, for all sites and by site.
const given = ({ project, projects }) => ({ all: project ?? {}, each: new Map(Object.entries(projects ?? {})) });
const key = (scope, name) => JSON.stringify([scope, name]);

export function form(view, site, acts) {
  const single = view.verdict.sites.length < 2, batch = Boolean(view.verdict.statements);
  if (single || batch) whose = ALL; else whose ??= "site";
  const scope = whose === ALL ? ALL : site.id;
  const mine = (asked) => scope === ALL || asked.sites.includes(site.id);
  const asked = view.job.questions.filter(mine), papers = (view.job.papers ?? []).filter(mine);
  const again = () => swap("form", form(view, site, acts));
  const shown = { view, site, scope, acts, again };
  const rows = [...asked.map((question) => field(shown, question, { text: said(question.asked), hint: rulesOf(question), value: "" })), ...papers.map((paper) => paperField(shown, paper))];
  const kept = known(shown, asked), declared = declaredPapers(shown);
  return el("section", { class: "form", id: "form", "aria-labelledby": "form-title" }, el("h3", { id: "form-title" }, t("questions")),
    el("form", { id: "questions", on: { submit: (event) => { event.preventDefault(); send(shown); } } },
      single || batch ? null : whom(shown),
      rows.length ? rows.slice(0, FIRST) : el("p", { class: "soft" }, t(batch ? "questions_none_batch" : "questions_none")),
      rows.length > FIRST ? el("details", { open: rows.slice(FIRST).some((row) => row.dataset.filled) }, el("summary", {}, t("questions_more", { count: rows.length - FIRST })), rows.slice(FIRST)) : null,
      kept.length + declared.length ? el("details", { id: "answered" }, el("summary", {}, `${t("answers")} (${kept.length + declared.length})`), kept, declared) : null,
      fault ? el("p", { class: "alarm", role: "alert", id: "form-fault" }, fault) : null,
      rows.length || kept.length ? el("button", { type: "submit", class: "primary" }, t("recheck")) : null));
}

const rulesOf = (asked) => t("asked_by", { rules: asked.rules.join(", ") });

function whom({ view, site, again }) {
  const options = [["site", t("for_site", { name: site.name || site.id })], [ALL, t("for_all", { count: view.verdict.sites.length })]];
  return el("div", { class: "field" }, el("label", { for: "answers-for" }, t("answers_for")),
    el("select", { id: "answers-for", on: { change: (event) => { whose = event.target.value; again(); document.getElementById("answers-for").focus(); } } },
      options.map(([value, text]) => el("option", { value, selected: value === whose }, text))));
}

function known(shown, asked) {
  const { view, site, scope } = shown;
  const fields = Object.fromEntries(words().attributes.map((one) => [one.attribute, one]));
  const values = scope === ALL ? given(view.job.asked).all : site.project ?? {};
  return Object.entries(values).filter(([name]) => fields[name] && !asked.some((question) => question.attribute === name))
    .map(([name, value]) => field(shown, fields[name], { text: said(fields[name]), hint: "", value: String(value) }));
}

function field({ scope, acts }, question, { text, hint, value }) {
  const id = `answer-${question.attribute}`, at = key(scope, question.attribute);
  const current = answers.get(at) ?? value;
  const keep = (event) => { if (event.target.value === value) answers.delete(at); else answers.set(at, event.target.value); acts.changed(); };
  const option = ([name, label]) => el("option", { value: name, selected: name === current }, label);
  const choices = question.type === "boolean" ? [["true", t("yes")], ["false", t("no")]] : question.values.map((one) => [one.id, said(one)]);
  const input = choices.length
    ? el("select", { id, on: { change: keep } }, option(["", t("not_stated")]), choices.map(option))
    : el("input", { id, type: question.type === "number" ? "number" : "text", step: "any", min: "0", value: current, on: { input: keep } });
  return el("div", { class: "field", "data-filled": answers.has(at) ? "yes" : null }, el("label", { for: id }, text), input, hint ? el("p", { class: "note" }, hint) : null);
}

// A paper is declared by number and day; nobody verifies it here.
function paperField({ scope, acts }, paper) {
  const at = key(scope, paper.kind), draft = drafts.get(at) ?? {};
  const input = (name, type) => {
    const id = `paper-${paper.kind}-${name}`;
    const keep = (event) => { drafts.set(at, { ...drafts.get(at), [name]: event.target.value.trim() }); acts.changed(); };
    return el("div", { class: "grow" }, el("label", { for: id, class: "note" }, t(`paper_${name}`)), el("input", { id, type, value: draft[name] ?? "", maxlength: "400", on: { input: keep } }));
  };
  return el("fieldset", { class: "field paper", "data-paper": paper.kind, "data-filled": drafts.has(at) ? "yes" : null }, el("legend", {}, t("paper", { kind: said(paper) })),
    el("div", { class: "row" }, input("number", "text"), input("date", "date")), input("issuer", "text"), el("p", { class: "note" }, `${t("paper_declared")} ${rulesOf(paper)}`));
}

function declaredPapers(shown) {
  const { view, site, scope } = shown;
  const { all, each } = given(view.job.asked);
  const own = (scope === ALL ? all : each.get(scope) ?? {})[EVIDENCE] ?? [];
  const listed = scope === ALL ? own : site.evidence ?? [];
  const same = (a, b) => ["kind", "number", "date"].every((name) => a[name] === b[name]);
  return listed.map((paper) => el("p", { class: "row" }, el("span", { class: "grow" }, [term("evidence", paper.kind), paper.number, paper.date, paper.issuer].filter(Boolean).join(" · ")),
    own.some((one) => same(one, paper)) ? button("×", () => send(shown, (kept) => kept.filter((one) => !same(one, paper))), { class: "link", "aria-label": t("remove", { name: paper.number }) }) : null));
}

function said_of({ view, scope }, changed) {
  const { all, each } = given(view.job.asked);
  const entries = new Map([[ALL, { ...all }], ...[...each].map(([site, entry]) => [site, { ...entry }])]);
  const entry = (where) => { if (!entries.has(where)) entries.set(where, {}); return entries.get(where); };
  for (const [at, value] of answers) { const [where, name] = JSON.parse(at); if (value === "") delete entry(where)[name]; else entry(where)[name] = value; }
  for (const [at, paper] of drafts) {
    const [where, kind] = JSON.parse(at);
    if (paper.number && paper.date) entry(where)[EVIDENCE] = [...(entry(where)[EVIDENCE] ?? []), { kind, number: paper.number, date: paper.date, issuer: paper.issuer ?? "" }];
  }
  if (changed) entry(scope)[EVIDENCE] = changed(entry(scope)[EVIDENCE] ?? []);
  const project = entries.get(ALL);
  entries.delete(ALL);
  return { project, projects: Object.fromEntries(entries) };
}

async function send(shown, changed = null) {
  const { view, acts, again } = shown;
  const half = [...drafts.values()].some((paper) => Object.values(paper).some(Boolean) && !(paper.number && paper.date));
  fault = half ? t("paper_half") : "";
  if (half) { again(); return; }
  try {
    const job = await start({ ...view.job.asked, ...said_of(shown, changed), lang: lang() });
    const kept = whose;
    acts.sent(job.jobID, view.of);
    whose = kept;
  } catch (error) { fault = error.message; again(); say(error.message); }
}
