/** Small ways to make nodes. Text always goes in as text: there is no innerHTML in this page. */

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id; a missing one is a mistake in the template. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element with id ${id}`);
  return found;
}

/**
 * Make an element. `props` are attributes (true = present, false/null = left out);
 * functions under "on…" names become listeners. Children are nodes or text.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** One of the drawings in the template's sprite; with `label` it has a text alternative. */
export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Put the focus where the conversation goes on, when what had it is gone: the message
 * field, or the log where focusing a field would call up an on-screen keyboard.
 */
export function restFocus() {
  const isTouch = window.matchMedia("(pointer: coarse)").matches;
  byId(isTouch || byId("composer").hidden ? "log" : "field").focus({ preventScroll: true });
}

/** Text for screen readers only. */
export function spoken(text) {
  return el("span", { class: "vh" }, text);
}
