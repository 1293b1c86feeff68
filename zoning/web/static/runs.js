// Past runs: searched, opened, computed again, verified, compared.
import { get, post, told } from "./api.js";
import { button, el, fill, say } from "./dom.js";
import { follow, goOn, UNFINISHED } from "./results.js";
import { badge } from "./verdict.js";
import { said, t, when } from "./words.js";

let text = "", listed = [], found = 0, asked = 0, told_ = null;
const chosen = new Set();

export async function refresh() {
  const mine = ++asked;
  try {
    const answer = await get(`/api/runs?${new URLSearchParams({ text, limit: "200" })}`);
    if (mine !== asked) return;
    ({ runs: listed, found } = answer);
  } catch (error) { say(error.message); }
  rows();
}

// The box is made once for each language: a person may be typing in it.
export function render() {
  const search = el("input", { type: "search", id: "run-search", value: text, "aria-label": t("search"), placeholder: t("search"), on: { input: (event) => { text = event.target.value; refresh(); } } });
  fill(document.getElementById("pane-runs"), search, el("div", { id: "run-list" }));
  rows();
}

function rows() {
  const lines = told_ === null ? [] : told_();
  fill(document.getElementById("run-list"), el("p", { class: "row" }, el("span", { class: "note grow" }, t("runs_found", { count: found })), button(t("compare"), compare, { class: "ghost", id: "compare" })),
    lines.length ? el("ul", { class: "plain told", id: "told" }, lines.map((line) => el("li", {}, line))) : null,
    el("ol", { class: "runs" }, listed.map(row)));
}

function row(run) {
  const { summary } = run;
  const name = (summary.names ?? run.files).slice(0, 3).join(t("between_names")) || run.jobID;
  const box = el("input", { type: "checkbox", checked: chosen.has(run.jobID), "aria-label": t("choose_named", { name }), on: { change: (event) => { if (event.target.checked) chosen.add(run.jobID); else chosen.delete(run.jobID); } } });
  const done = run.status === "successful";
  return el("li", { "data-run": run.jobID },
    el("p", { class: "row" }, done ? box : null, summary.verdict ? badge("verdict", summary.verdict) : el("span", { class: "soft" }, t(`status_${run.status}`)), el("strong", { class: "grow" }, name)),
    el("p", { class: "note" }, t("run_line", { date: when(run.created), as_of: summary.as_of ?? run.asked.as_of ?? "" }) + (summary.counts ? t("run_sites", { count: summary.counts.sites }) : t("run_files", { count: run.files.length }))),
    run.problems.map((problem) => el("p", { class: "note warn" }, told(problem))),
    el("p", { class: "row" },
      summary.verdict ? button(t("open"), () => follow(run.jobID), { class: "link", "aria-label": t("open_named", { name }) }) : null,
      UNFINISHED.includes(run.status) ? button(t("resume"), () => trying(() => goOn(run.jobID)), { class: "link", "aria-label": t("resume_named", { name }) }) : null,
      done ? button(t("replay"), () => replay(run.jobID), { class: "link", "aria-label": t("replay_named", { name }) }) : null,
      done ? button(t("verify"), () => verify(run.jobID), { class: "link", "aria-label": t("verify_named", { name }) }) : null));
}

function tell(lines) { told_ = lines; rows(); say(lines()[0] ?? ""); }
async function trying(act) { try { await act(); } catch (error) { told_ = null; rows(); say(error.message); } }
const replay = (id) => trying(async () => { const answer = await post(`/api/runs/${id}/replay`); tell(() => said(answer.lines)); });
const verify = (id) => trying(async () => {
  const { problems } = await get(`/api/runs/${id}/verify`);
  tell(() => (problems.length ? problems.map(told) : [t("verified")]));
});
const compare = () => trying(async () => {
  const two = listed.map((run) => run.jobID).filter((id) => chosen.has(id)).reverse();
  if (two.length !== 2) { say(t("compare_two")); return; }
  const answer = await post("/api/runs/compare", { runs: two });
  tell(() => said(answer.lines));
});
