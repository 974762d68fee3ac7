/** Toasts, problems and alerts: what is said beside the conversation. */

import { byId, el, icon, restFocus, spoken } from "./dom.js";

const TOAST_MS = 5000;
const PROBLEM_MS = 20_000;
const SAME_TOAST_MS = 2000;

const timers = new Map();
let lastToast = { text: "", at: -Infinity };

function show(region, nodes, duration) {
  clearTimeout(timers.get(region));
  region.replaceChildren(...nodes);
  timers.set(region, setTimeout(() => clear(region), duration));
}

function clear(region) {
  const hadFocus = region.contains(document.activeElement);
  region.replaceChildren();
  if (hadFocus) restFocus();
}

/** A short word that goes away by itself. */
export function toast(text) {
  show(byId("toast"), [el("p", {}, text)], TOAST_MS);
}

/** Something did not work: `what` in the page's words, `error` from the sandbox. */
export function problem(what, error) {
  const region = byId("problem");
  const dismiss = el("button", { type: "button", class: "icon-button", onclick: () => clear(region) }, icon("close"), spoken("Dismiss"));
  show(region, [el("p", {}, el("strong", {}, what), ` ${error.message}`), dismiss], PROBLEM_MS);
}

/**
 * The bot's answer to a press. It comes twice, with the press and as an event
 * (so that a second window sees it too); it is shown once.
 */
export function answer({ text, alert: isAlert }) {
  if (!text) return;
  const now = performance.now();
  if (lastToast.text === text && now - lastToast.at < SAME_TOAST_MS) return;
  lastToast = { text, at: now };
  if (isAlert) showAlert(text);
  else toast(text);
}

function showAlert(text) {
  const dialog = byId("alert");
  byId("alert-title").textContent = byId("bot-name").textContent;
  byId("alert-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

byId("alert-ok").addEventListener("click", () => byId("alert").close());
