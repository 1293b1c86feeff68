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


// Puts something in the place of the element of that id, if it is on the page.
export const swap = (id, made) => document.getElementById(id)?.replaceWith(made);

// Hands a file to the user that the page has in memory.
export function hand(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function say(text) { document.getElementById("status").textContent = text; }
