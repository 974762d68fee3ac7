/** The conversation: bubbles in order, day separators, scrolling, and where the focus goes. */

import { bubble } from "./bubbles.js";
import { byId, el } from "./dom.js";

const NEAR_END_PX = 96;
const FOLLOW_MS = 4000;
const LEAD_PX = 8;

export class ChatLog {
  #messages = new Map();
  #nodes = new Map();
  #days = new Map();
  #reader;
  #root = byId("log");
  #list = byId("messages");
  #newest = byId("newest");
  #typing = byId("typing");
  #atEnd = true;
  #unseen = 0;
  #lastId = 0;
  #lastTop = 0;
  #lastHeight = 0;
  // The id of the bot's newest message while nobody has scrolled: its beginning stays in sight.
  #leadId = 0;
  // Where a press left the focus when its button went away, and until when to follow the answer.
  #follow = null;
  #followUntil = 0;

  /** `reader` is what bubbles need (see bubbles.js), without `find` and `goTo`: the log knows those. */
  constructor(reader) {
    this.#reader = Object.assign(Object.create(reader), {
      find: (id) => this.#messages.get(id),
      goTo: (id) => this.#goTo(id),
    });
    this.#root.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    this.#newest.addEventListener("click", () => {
      this.#leadId = 0;
      this.scrollToEnd();
      this.#root.focus({ preventScroll: true });
    });
    const keep = new ResizeObserver(() => this.#atEnd && this.scrollToEnd());
    keep.observe(this.#root);
    keep.observe(this.#list);
  }

  get size() {
    return this.#messages.size;
  }

  /** The person's last text message, which ArrowUp in an empty field edits. */
  get lastOwnText() {
    return [...this.#messages.values()].filter((m) => m.from === "person" && m.kind === "text").at(-1) ?? null;
  }

  /** Show exactly these messages; bubbles that did not change stay as they are. */
  replaceAll(messages) {
    const wanted = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.#messages.keys()]) if (!wanted.has(id)) this.remove(id);
    for (const message of messages) this.#put(message);
    this.#separateDays();
    this.#root.setAttribute("aria-busy", "false");
  }

  /** A new message, or an edited one under its old id. */
  show(message) {
    const isNew = !this.#messages.has(message.message_id);
    this.#put(message);
    this.#separateDays();
    if (!isNew) return;
    this.#leadId = message.from === "bot" && this.#atEnd ? message.message_id : 0;
    if (message.from === "person" || this.#atEnd) this.scrollToEnd();
    else this.#countUnseen();
    if (message.from === "bot") this.#followTo(this.#nodes.get(message.message_id));
  }

  remove(id) {
    const node = this.#nodes.get(id);
    if (!node) return;
    const hadFocus = node.contains(document.activeElement);
    node.remove();
    this.#nodes.delete(id);
    this.#messages.delete(id);
    this.#separateDays();
    if (hadFocus) this.followFrom(this.#root);
  }

  /** Draw everything again, for another zone or language. */
  redraw() {
    for (const message of [...this.#messages.values()]) this.#put(message, { anyway: true });
    this.#separateDays();
  }

  /** Write relative times ("in 5 minutes") anew. */
  refreshRelativeTimes() {
    const { clock } = this.#reader;
    for (const node of this.#list.querySelectorAll("[data-relative]")) {
      const words = clock.awayFrom(Number(node.dataset.relative), clock.locale);
      if (node.textContent !== words) node.textContent = words;
    }
  }

  setTyping(isTyping) {
    this.#typing.hidden = !isTyping;
    if (isTyping && this.#atEnd) this.scrollToEnd();
  }

  /**
   * Show the end, but never past the beginning of what the bot has just said: a long message
   * begins with what matters most.
   */
  scrollToEnd() {
    this.#atEnd = true;
    this.#unseen = 0;
    // On very low screens the page scrolls as a whole instead of the log.
    const isWhole = this.#root.scrollHeight <= this.#root.clientHeight;
    const frame = isWhole ? document.scrollingElement : this.#root;
    const above = isWhole ? this.#root.getBoundingClientRect().top + frame.scrollTop : 0;
    const lead = this.#nodes.get(this.#leadId);
    const begin = lead ? above + lead.offsetTop - LEAD_PX : Infinity;
    frame.scrollTop = Math.min(begin, frame.scrollHeight - frame.clientHeight);
    this.#lastTop = this.#root.scrollTop;
    this.#lastHeight = this.#root.scrollHeight;
    this.#labelNewest();
  }

  /** Put the focus on `node`, and on the bot's next message if it comes soon. */
  followFrom(node) {
    node.focus({ preventScroll: true });
    this.#follow = node;
    this.#followUntil = performance.now() + FOLLOW_MS;
  }

  #put(message, { anyway = false } = {}) {
    const id = message.message_id;
    const old = this.#nodes.get(id);
    if (old && !anyway && JSON.stringify(this.#messages.get(id)) === JSON.stringify(message)) return;
    this.#messages.set(id, message);
    const node = bubble(message, this.#reader);
    if (old) keepPicture(old, node);
    node.dataset.day = this.#reader.clock.dayOf(message.date * 1000);
    this.#nodes.set(id, node);
    if (old) this.#exchange(old, node);
    else this.#insert(node, id);
  }

  #insert(node, id) {
    if (id > this.#lastId) {
      this.#lastId = id;
      this.#list.append(node);
      return;
    }
    const next = [...this.#nodes.keys()].filter((other) => other > id).sort((a, b) => a - b)[0];
    this.#list.insertBefore(node, next === undefined ? null : this.#nodes.get(next));
  }

  #exchange(old, node) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(node);
    if (!focused) return;
    const key = focused.dataset.key;
    const same = key ? node.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
    // Never onto another button: a second Enter would answer a question nobody has read.
    if (same) same.focus({ preventScroll: true });
    else this.followFrom(node);
  }

  #followTo(node) {
    const isFollowing = this.#follow !== null && performance.now() < this.#followUntil;
    if (isFollowing && document.activeElement === this.#follow) {
      node.focus({ preventScroll: true });
      this.scrollToEnd();
    }
    this.#follow = null;
  }

  #separateDays() {
    const old = this.#days;
    this.#days = new Map();
    let last = null;
    for (const message of this.#list.querySelectorAll(".message")) {
      const { day } = message.dataset;
      const id = Number(message.dataset.messageId);
      if (day === last) continue;
      last = day;
      const node = old.get(id)?.textContent === day ? old.get(id) : daySeparator(day);
      this.#days.set(id, node);
      if (message.previousSibling !== node) message.before(node);
    }
    for (const [id, node] of old) if (this.#days.get(id) !== node) node.remove();
  }

  #noteScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.#root;
    // Only going up leaves the end: a photo that loads also makes a distance to it.
    const isUp = scrollTop < this.#lastTop;
    // The browser moves the view too, where something above it grows or shrinks.
    const isByHand = scrollHeight === this.#lastHeight && Math.abs(scrollTop - this.#lastTop) > 1;
    const hadLead = this.#leadId !== 0;
    this.#lastTop = scrollTop;
    this.#lastHeight = scrollHeight;
    if (isByHand) this.#leadId = 0;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#atEnd = true;
    else if (hadLead ? isByHand : isUp) this.#atEnd = false;
    if (this.#atEnd) this.#unseen = 0;
    this.#labelNewest();
  }

  #countUnseen() {
    this.#unseen += 1;
    this.#labelNewest();
  }

  #labelNewest() {
    const { scrollTop, scrollHeight, clientHeight } = this.#root;
    this.#newest.hidden = this.#atEnd && scrollHeight - scrollTop - clientHeight < (this.#leadId ? LEAD_PX : NEAR_END_PX);
    this.#newest.classList.toggle("has-news", this.#unseen > 0);
    const words = { 0: this.#atEnd ? "Read on" : "Newest messages", 1: "1 new message" };
    byId("newest-label").textContent = words[this.#unseen] ?? `${this.#unseen} new messages`;
  }

  #goTo(id) {
    const node = this.#nodes.get(id);
    node?.scrollIntoView({ block: "center" });
    node?.focus({ preventScroll: true });
  }
}

/** A picture that is loaded already stays, so that an edited caption does not make it blink. */
function keepPicture(old, node) {
  const [before, after] = [old, node].map((each) => each.querySelector("img.photo"));
  if (!before || before.getAttribute("src") !== after?.getAttribute("src")) return;
  before.alt = after.alt;
  before.lang = after.lang;
  after.replaceWith(before);
}

function daySeparator(day) {
  return el("p", { class: "day" }, el("span", {}, day));
}
