// Four panels, one shown; arrows move between them as in any tab list.
const NAMES = ["sites", "results", "layers", "runs"];
const shown = new Map();

export function onOpen(name, act) { shown.set(name, act); }

export function open(name) {
  for (const one of NAMES) {
    const tab = document.getElementById(`tab-${one}`);
    tab.setAttribute("aria-selected", String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    document.getElementById(`pane-${one}`).hidden = one !== name;
  }
  shown.get(name)?.();
}

export function startTabs() {
  NAMES.forEach((name, index) => {
    const tab = document.getElementById(`tab-${name}`);
    tab.addEventListener("click", () => open(name));
    tab.addEventListener("keydown", (event) => {
      const place = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: NAMES.length - 1 }[event.key];
      if (place === undefined) return;
      event.preventDefault();
      const next = NAMES[(place + NAMES.length) % NAMES.length];
      open(next);
      document.getElementById(`tab-${next}`).focus();
    });
  });
}
