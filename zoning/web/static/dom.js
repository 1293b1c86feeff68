// Elements made by name. Whatever is put in is text; nothing is ever parsed.
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === "style") Object.assign(made.style, value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const fill = (place, ...children) => place.replaceChildren(...children.flat().filter((child) => child));
export const button = (text, act, more = {}) => el("button", { type: "button", on: { click: act }, ...more }, text);

export function say(text) { document.getElementById("status").textContent = text; }
