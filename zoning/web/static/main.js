// The desk's page: words first, then the base, then everything else.
import { enter, get } from "./api.js";
import { el, fill, say } from "./dom.js";
import { render as renderLayers, startLayers, tellFeature } from "./layers.js";
import { openMap, resized, speakDrawing } from "./map.js";
import { onPaper, pickOnMap, render as renderResults, spoken } from "./results.js";
import { refresh, render as renderRuns } from "./runs.js";
import { render as renderSites, takeDrawn, takeDropsAnywhere } from "./sites.js";
import { onOpen, open, startTabs } from "./tabs.js";
import { choose, lang, speak, t, takeBase, takeWords } from "./words.js";

async function start() {
  try {
    takeWords(await get("/api/texts"));
    speak(lang());
    await enter();
  } catch (error) { stopped(error); return; }
  startTabs();
  open("sites");
  say(t("loading"));
  renderSites();
  renderResults();
  try {
    const base = await get("/api/layers");
    takeBase(base);
    document.getElementById("base").dataset.name = base.name;
    document.getElementById("demo").hidden = !base.demo;
    openMap(base.bounds, { picked: pickOnMap, asked: tellFeature, drawn: takeDrawn });
    startLayers(base);
    speakAll(lang());
    onOpen("runs", refresh);
    document.getElementById("language").addEventListener("click", () => { const other = lang() === "zh" ? "en" : "zh"; choose(other); speakAll(other); });
    window.addEventListener("resize", resized);
    takeDropsAnywhere();
    window.addEventListener("beforeprint", () => onPaper(true));
    window.addEventListener("afterprint", () => onPaper(false));
    say(t("ready"));
    document.body.dataset.ready = "true";
  } catch (error) { stopped(error); }
}

function stopped(error) {
  fill(document.getElementById("pane-sites"), el("p", { class: "alarm", role: "alert" }, error.message));
  say(error.message);
}

function speakAll(chosen) {
  speak(chosen);
  speakDrawing();
  const base = document.getElementById("base");
  base.textContent = t("base", { name: base.dataset.name });
  renderSites();
  spoken();
  renderLayers();
  renderRuns();
  say("");
}

start();
