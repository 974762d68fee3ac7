/** The bot's commands: the "/" button, and suggestions while a command is typed. */

import { byId, el } from "./dom.js";

/**
 * `choose(text)` sends a command. Returns `{set(commands), suggest(), keydown(event)}`
 * for the composer: `keydown` answers true when the list has used the key.
 */
export function commandList(choose) {
  const field = byId("field");
  const list = byId("commands");
  const button = byId("commands-button");
  let commands = [];
  let active = -1;

  function show(matches) {
    list.replaceChildren(...matches.map(option));
    list.hidden = matches.length === 0;
    button.setAttribute("aria-expanded", String(!list.hidden));
    setActive(-1);
  }

  function option({ command, description }, index) {
    const props = { class: "command", role: "option", id: `command-${index}`, "aria-selected": "false", "data-command": command };
    const node = el("div", props, el("strong", {}, `/${command}`), el("span", {}, description));
    // Keep the focus in the field: a press must not blur it first.
    node.addEventListener("pointerdown", (event) => event.preventDefault());
    node.addEventListener("click", () => take(node));
    return node;
  }

  function setActive(index) {
    active = index;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === index)));
    const node = list.children[index];
    for (const owner of [field, list]) {
      if (node) owner.setAttribute("aria-activedescendant", node.id);
      else owner.removeAttribute("aria-activedescendant");
    }
    node?.scrollIntoView({ block: "nearest" });
  }

  function take(node) {
    const text = `/${node.dataset.command}`;
    show([]);
    choose(text);
  }

  function complete(node) {
    field.value = `/${node.dataset.command} `;
    show([]);
  }

  button.addEventListener("click", (event) => {
    if (!list.hidden) return show([]);
    show(commands);
    // With the keyboard the arrows take over; a finger should not call up the on-screen keyboard.
    if (event.detail !== 0) return;
    field.focus();
    setActive(0);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!list.contains(event.target) && !button.contains(event.target) && event.target !== field) show([]);
  });
  for (const owner of [field, list]) {
    owner.addEventListener("blur", ({ relatedTarget: next }) => {
      if (next && ![field, list, button].includes(next)) show([]);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) show([]);
  });

  const keys = {
    ArrowDown: () => setActive((active + 1) % list.children.length),
    ArrowUp: () => setActive((active <= 0 ? list.children.length : active) - 1),
    Enter: () => take(list.children[active]),
    Tab: () => complete(list.children[active]),
    Escape: () => show([]),
  };

  // The list scrolls, so the focus can also go into it; afterwards it is back in the field.
  list.addEventListener("focus", () => active < 0 && setActive(0));
  list.addEventListener("keydown", (event) => {
    if (event.key === "Tab" || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    if (list.hidden) field.focus();
  });

  return {
    set(fresh) {
      commands = fresh;
      button.hidden = commands.length === 0;
    },
    suggest() {
      const typed = /^\/([a-z0-9_]*)$/i.exec(field.value);
      show(typed ? commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase())) : []);
    },
    keydown(event) {
      if (list.hidden || !keys[event.key]) return false;
      if ((event.key === "Enter" || event.key === "Tab") && active < 0) return false;
      event.preventDefault();
      keys[event.key]();
      return true;
    },
  };
}
