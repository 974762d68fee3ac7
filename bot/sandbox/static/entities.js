/** Telegram's text + entities as DOM nodes. Offsets are UTF-16, which is what JavaScript counts in. */

import { el } from "./dom.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const COLLAPSED_LINES = 3;

/**
 * Text with its formatting. `reader` has `clock` (for date_time) and
 * `command(text)`, called when a /command in the text is pressed.
 */
export function rich(text, entities, reader) {
  const sorted = [...(entities ?? [])].sort(outermostFirst);
  return slice(text, 0, text.length, sorted, reader);
}

function outermostFirst(a, b) {
  return a.offset - b.offset || b.length - a.length || BLOCKS.has(b.type) - BLOCKS.has(a.type);
}

function slice(text, from, to, entities, reader) {
  const out = new DocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i++];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    const inner = [];
    while (i < entities.length && entities[i].offset < end) inner.push(entities[i++]);
    out.append(text.slice(at, start));
    const raw = text.slice(start, end);
    out.append(wrap(entity, raw, () => slice(text, start, end, inner, reader), reader));
    at = end;
    // A block ends its own line: the newline after it would show as an empty one.
    if (BLOCKS.has(entity.type) && text[at] === "\n") at += 1;
  }
  out.append(text.slice(at, to));
  return out;
}

function wrap(entity, raw, content, reader) {
  if (TAGS[entity.type]) return el(TAGS[entity.type], {}, content());
  const make = MAKERS[entity.type];
  return make ? make(entity, raw, content, reader) : el("span", {}, content());
}

const MAKERS = {
  spoiler: (_entity, raw, content) => spoiler(raw, content),
  pre: (entity, _raw, content) => el("pre", { "data-language": entity.language }, el("code", {}, content())),
  blockquote: (_entity, _raw, content) => el("blockquote", {}, content()),
  expandable_blockquote: (_entity, _raw, content) => expandable(content()),
  url: (_entity, raw, content) => link(/^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `https://${raw}`, content()),
  text_link: (entity, _raw, content) => link(entity.url, content()),
  email: (_entity, raw, content) => link(`mailto:${raw}`, content()),
  phone_number: (_entity, raw, content) => link(`tel:${raw.replace(/[^+\d]/g, "")}`, content()),
  bot_command: (_entity, raw, content, reader) =>
    el("button", { type: "button", class: "text-button", onclick: () => reader.command(raw) }, content()),
  mention: (_entity, _raw, content) => el("span", { class: "mention" }, content()),
  text_mention: (_entity, _raw, content) => el("span", { class: "mention" }, content()),
  date_time: (entity, _raw, content, reader) => dateTime(entity, content(), reader.clock),
};

/** A link that leaves the page (`mark` follows its words); anything but web, mail and phone addresses stays plain text. */
export function link(address, content, props = {}, mark = null) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // Telegram accepts addresses no browser can open; their text is still worth showing.
  }
  if (!url || !["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) {
    return el("span", { ...props, title: address }, content);
  }
  return el("a", { ...props, href: url.href, target: "_blank", rel: "noopener noreferrer" }, content, mark);
}

function spoiler(raw, content) {
  // Dots instead of the words, so that searching or copying the page gives nothing away.
  const dots = raw.replace(/\S/g, "•");
  const cover = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show" }, dots);
  const reveal = (event) => {
    event.preventDefault();
    const shown = el("span", { class: "spoiler-shown", tabindex: -1 }, content());
    cover.replaceWith(shown);
    shown.focus({ preventScroll: true });
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") reveal(event);
  });
  return cover;
}

function expandable(content) {
  const body = el("div", { class: "quote-body" }, content);
  const more = el("button", { type: "button", class: "text-button quote-more", "aria-expanded": "false" }, "Show all");
  const quote = el("blockquote", { class: "is-expandable" }, body, more);
  more.addEventListener("click", () => {
    const isOpen = quote.classList.toggle("is-open");
    more.setAttribute("aria-expanded", String(isOpen));
    more.textContent = isOpen ? "Show less" : "Show all";
  });
  // A short quote has nothing to expand; its height is known only on the page.
  const observer = new ResizeObserver(() => {
    if (quote.classList.contains("is-open")) return;
    const lineHeight = parseFloat(getComputedStyle(body).lineHeight);
    more.hidden = body.scrollHeight <= Math.ceil(lineHeight * COLLAPSED_LINES) + 1;
  });
  observer.observe(body);
  return quote;
}

function dateTime(entity, content, clock) {
  const at = entity.unix_time * 1000;
  const words = clock.formatted(at, entity.date_time_format);
  const props = { datetime: new Date(at).toISOString(), title: clock.momentOf(at) };
  if (entity.date_time_format === "r") props["data-relative"] = at;
  return el("time", props, words ?? content);
}
