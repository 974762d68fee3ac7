/** One message of the chat as an <article>. */

import { el, icon, spoken } from "./dom.js";
import { link, rich } from "./entities.js";
import { cityAt } from "./place.js";

const QUOTE_LENGTH = 90;
// A photo is drawn at its own size, or smaller: no wider than a bubble, no higher than a phone is.
const PHOTO_WIDTH_PX = 544;
const PHOTO_HEIGHT_PX = 384;

/**
 * The bubble of a message. `reader` knows the chat: `clock`, `botName`, `language`
 * (what the bot speaks, for who has the page read aloud; null where it is unknown), `find(id)`,
 * and what presses do: `command(text)`, `tap(message, button, node)`, `edit(message)`,
 * `reply(message)`, `copy(text)`, `goTo(id)`.
 */
export function bubble(message, reader) {
  const isMine = message.from === "person";
  const at = message.date * 1000;
  const node = el("article", {
    class: `message ${isMine ? "is-mine" : "is-bot"} kind-${message.kind}`,
    id: `message-${message.message_id}`,
    "data-message-id": message.message_id,
    tabindex: -1,
    "aria-label": `${isMine ? "You" : reader.botName}, ${reader.clock.timeOf(at)}`,
  });
  const body = el("div", { class: "bubble" }, quoted(message, reader), media(message, reader));
  if (message.text) body.append(el("div", { class: "text", dir: "auto", lang: reader.language }, rich(message.text, message.entities, reader)));
  body.append(footer(message, at, reader));
  node.append(el("div", { class: "row" }, isMine && message.kind === "text" ? editButton(message, reader) : null, body));
  if (message.buttons?.length) node.append(inlineKeyboard(message, reader));
  if (!isMine) node.append(el("div", { class: "beside" }, replyButton(message, reader)));
  return node;
}

/** The beginning of what a message says, or what kind it is. */
export function gist(message) {
  const words = message.text || KIND_WORDS[message.kind] || "Message";
  return words.length > QUOTE_LENGTH ? `${words.slice(0, QUOTE_LENGTH).trimEnd()}…` : words;
}

function firstLine(message) {
  return message.text.split("\n", 1)[0].trim() || KIND_WORDS[message.kind] || "Message";
}

function quoted(message, reader) {
  const original = message.reply_to === null ? null : reader.find(message.reply_to);
  if (!original) return null;
  const who = original.from === "person" ? "You" : reader.botName;
  return el(
    "button",
    { type: "button", class: "quoted", onclick: () => reader.goTo(original.message_id) },
    spoken("In reply to "),
    el("strong", {}, who),
    el("span", { lang: reader.language }, gist(original)),
  );
}

const KIND_WORDS = {
  photo: "Photo",
  document: "Document",
  location: "Location",
  sticker: "Sticker",
  voice: "Voice message",
  contact: "Contact",
  other: "Something this page cannot show",
};

function media(message, reader) {
  const make = { photo, document: fileCard, location: locationCard, sticker, voice: fileCard }[message.kind];
  if (make) return make(message, reader);
  if (message.kind === "contact") return card("contact", "Contact", "");
  if (message.kind === "other") return card("file", KIND_WORDS.other, "");
  return null;
}

function photo(message, reader) {
  if (!message.file) return card("image", "Photo", "");
  const picture = el("img", { src: message.file.url, alt: firstLine(message), lang: reader.language, class: "photo", ...sizeOnScreen(message.file) });
  return el("a", { class: "photo-link", href: message.file.url, target: "_blank", rel: "noopener" }, picture);
}

/** Known before the photo is there, so that nothing moves when it comes. */
function sizeOnScreen({ width, height }) {
  if (!width || !height) return {};
  const scale = Math.min(1, PHOTO_WIDTH_PX / width, PHOTO_HEIGHT_PX / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function fileCard(message) {
  const name = message.file?.name || KIND_WORDS[message.kind];
  const symbol = message.kind === "voice" ? "voice" : "file";
  if (!message.file) return card(symbol, name, "");
  const words = el("span", { class: "card-words" }, el("strong", {}, name), el("span", {}, sizeOf(message.file.size)));
  const props = { class: "card", href: message.file.url, download: name };
  return el("a", props, el("span", { class: "card-icon" }, icon(symbol)), words, spoken("Download"));
}

function locationCard(message) {
  const { latitude, longitude } = message.location ?? {};
  if (latitude === undefined) return card("pin", "Location", "");
  const where = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return card("pin", cityAt(latitude, longitude) ?? "Location", where);
}

function sticker(message) {
  if (message.file) return el("img", { src: message.file.url, alt: "Sticker", class: "sticker" });
  return el("span", { class: "sticker is-drawn" }, icon("sticker", "Sticker"));
}

function card(symbol, title, note) {
  const words = el("span", { class: "card-words" }, el("strong", {}, title), note ? el("span", {}, note) : null);
  return el("div", { class: "card" }, el("span", { class: "card-icon" }, icon(symbol)), words);
}

/** "240 kB": sizes as people read them, in steps of 1000. */
function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function footer(message, at, reader) {
  const time = el("time", { datetime: new Date(at).toISOString(), title: reader.clock.dateOf(at) }, reader.clock.timeOf(at));
  return el(
    "span",
    { class: "meta" },
    message.reaction ? el("span", { class: "reaction" }, spoken("Reaction "), message.reaction) : null,
    message.silent ? icon("bell-off", "Sent without sound") : null,
    message.edited ? el("span", { class: "edited" }, "edited") : null,
    time,
  );
}

function editButton(message, reader) {
  return el(
    "button",
    { type: "button", class: "icon-button edit", onclick: () => reader.edit(message) },
    icon("pencil"),
    spoken(`Edit “${message.text.slice(0, 40)}”`),
  );
}

function replyButton(message, reader) {
  return el(
    "button",
    { type: "button", class: "icon-button reply", title: "Reply", "data-key": "reply", onclick: () => reader.reply(message) },
    icon("reply"),
    spoken(`Reply to “${firstLine(message).slice(0, 40)}”`),
  );
}

function inlineKeyboard(message, reader) {
  const rows = message.buttons.map((row, r) =>
    el("div", { class: "inline-row" }, ...row.map((button, c) => inlineButton(message, button, `${r}.${c}.${button.text}`, reader))),
  );
  return el("div", { class: "inline-keyboard", role: "group", "aria-label": "Answers" }, ...rows);
}

function inlineButton(message, button, key, reader) {
  const style = button.style ? ` is-${button.style}` : "";
  const props = { class: `inline-button${style}`, "data-key": key };
  if (button.url) {
    return link(button.url, button.text, props, icon("out"));
  }
  const node = el("button", { type: "button", ...props }, el("span", { lang: reader.language }, button.text));
  if (button.copy_text !== undefined && button.copy_text !== null) {
    node.append(icon("copy"));
    node.addEventListener("click", () => reader.copy(button.copy_text.text ?? button.copy_text));
  } else {
    node.addEventListener("click", () => reader.tap(message, button, node));
  }
  return node;
}
