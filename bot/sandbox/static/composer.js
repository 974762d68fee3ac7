/** The field where messages are written, edited, and written as a reply. */

import { gist } from "./bubbles.js";
import { commandList } from "./commands.js";
import { byId } from "./dom.js";
import { problem } from "./notices.js";

const MOST_ROWS = 6;

/**
 * `phone` sends; `lastOwnText()` gives the message ArrowUp edits, `nameOf(message)` who wrote
 * one. Returns `{setCommands, edit(message), reply(message), send(text), setBlocked}`.
 */
export function composer(phone, { lastOwnText, nameOf }) {
  const field = byId("field");
  const form = byId("composer");
  let editing = null;
  let replyingTo = null;
  let isSending = false;

  const commands = commandList((text) => {
    write("");
    sendWritten(text);
  });

  /** Send a text, or keep it in the field and say why it did not go. True when it went. */
  async function send(text, replyTo = null) {
    try {
      await phone.message(text, replyTo);
      return true;
    } catch (error) {
      problem("Your message was not sent.", error);
      if (!field.value) write(text);
      return false;
    }
  }

  /** Send what the person wrote or chose here, as a reply where they are replying. */
  async function sendWritten(text) {
    const original = replyingTo;
    stopReplying();
    const isSent = await send(text, original?.message_id ?? null);
    if (!isSent && original && !replyingTo && !editing) replyTo(original);
  }

  async function submit() {
    const text = field.value.trim();
    if (!text || isSending) return;
    isSending = true;
    field.value = "";
    fit();
    const original = editing;
    stopEditing();
    if (original) await saveEdit(original, text);
    else await sendWritten(text);
    isSending = false;
  }

  async function saveEdit(original, text) {
    try {
      await phone.edit(original.message_id, text);
    } catch (error) {
      problem("Your change was not saved.", error);
      edit(original);
      write(text);
    }
  }

  function edit(message) {
    stopReplying();
    editing = message;
    byId("editing").hidden = false;
    byId("editing-text").textContent = message.text;
    byId("send-label").textContent = "Save change";
    write(message.text);
    field.focus();
  }

  function stopEditing() {
    if (!editing) return;
    editing = null;
    byId("editing").hidden = true;
    byId("send-label").textContent = "Send";
  }

  function cancelEditing() {
    stopEditing();
    write("");
    field.focus();
  }

  function replyTo(message) {
    replyingTo = message;
    byId("replying").hidden = false;
    byId("replying-who").textContent = nameOf(message);
    byId("replying-text").textContent = gist(message);
  }

  /** Begin a reply; words already in the field stay, those of an edit do not. */
  function reply(message) {
    if (editing) cancelEditing();
    replyTo(message);
    field.focus();
  }

  function stopReplying() {
    replyingTo = null;
    byId("replying").hidden = true;
  }

  function cancelReplying() {
    stopReplying();
    field.focus();
  }

  function cancel() {
    if (editing) cancelEditing();
    else if (replyingTo) cancelReplying();
  }

  function write(text) {
    field.value = text;
    fit();
  }

  function fit() {
    field.rows = Math.min(MOST_ROWS, field.value.split("\n").length);
    form.classList.toggle("has-text", field.value.trim() !== "");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("input", () => {
    fit();
    commands.suggest();
  });
  field.addEventListener("keydown", (event) => {
    // While a character is being composed (Japanese, say), Enter belongs to that.
    if (event.isComposing || commands.keydown(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      cancel();
    } else if (event.key === "ArrowUp" && !field.value && !replyingTo && lastOwnText()) {
      event.preventDefault();
      edit(lastOwnText());
    }
  });
  for (const [name, stop] of [["editing", cancelEditing], ["replying", cancelReplying]]) {
    byId(`${name}-cancel`).addEventListener("click", stop);
    byId(name).addEventListener("keydown", (event) => event.key === "Escape" && stop());
  }

  return {
    edit,
    reply,
    send,
    setCommands: commands.set,
    setBlocked(isBlocked) {
      form.hidden = isBlocked;
      if (isBlocked) cancel();
      byId("blocked").hidden = !isBlocked;
      byId("dock").classList.toggle("is-blocked", isBlocked);
    },
  };
}
