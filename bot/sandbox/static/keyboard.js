/** The reply keyboard under the message field. */

import { byId, el, icon, restFocus } from "./dom.js";

/**
 * `press(button)` sends what a key says. Returns `show(keyboard)`, which takes the
 * server's KEYBOARD, or null to take it away.
 */
export function replyKeyboard(press) {
  const panel = byId("keyboard");
  const toggle = byId("keyboard-button");
  const field = byId("field");
  const plainPlaceholder = field.placeholder;
  let shown = null;

  function setOpen(isOpen) {
    const hadFocus = panel.contains(document.activeElement);
    panel.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    if (hadFocus && !isOpen) restFocus();
  }

  function key(button) {
    const style = button.style ? ` is-${button.style}` : "";
    const symbol = button.request_location ? "pin" : button.request_contact ? "contact" : null;
    const node = el("button", { type: "button", class: `key${style}` }, symbol ? icon(symbol) : null, el("span", {}, button.text));
    node.addEventListener("click", () => {
      if (shown?.one_time) setOpen(false);
      press(button);
    });
    return node;
  }

  toggle.addEventListener("click", () => setOpen(panel.hidden));

  return (keyboard) => {
    if (JSON.stringify(keyboard) === JSON.stringify(shown)) return;
    shown = keyboard;
    toggle.hidden = !keyboard;
    field.placeholder = keyboard?.placeholder || plainPlaceholder;
    setOpen(Boolean(keyboard));
    const hadFocus = panel.contains(document.activeElement);
    panel.replaceChildren(...(keyboard?.rows ?? []).map((row) => el("div", { class: "key-row" }, ...row.map(key))));
    if (hadFocus) restFocus();
  };
}
