/** The field where messages are written, and edited. */

import { commandList } from "./commands.js";
import { byId } from "./dom.js";
import { problem } from "./notices.js";

const MOST_ROWS = 6;

/**
 * `phone` sends; `lastOwnText()` gives the message ArrowUp edits. Returns
 * `{setCommands, edit(message), send(text), setBlocked}`.
 */
export function composer(phone, lastOwnText) {
  const field = byId("field");
  const form = byId("composer");
  let editing = null;
  let isSending = false;

  const commands = commandList((text) => {
    write("");
    send(text);
  });

  /** Send a text, or keep it in the field and say why it did not go. */
  async function send(text) {
    try {
      await phone.message(text);
    } catch (error) {
      problem("Your message was not sent.", error);
      if (!field.value) write(text);
    }
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
    else await send(text);
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
    } else if (event.key === "Escape" && editing) {
      cancelEditing();
    } else if (event.key === "ArrowUp" && !field.value && lastOwnText()) {
      event.preventDefault();
      edit(lastOwnText());
    }
  });
  byId("editing-cancel").addEventListener("click", cancelEditing);

  return {
    edit,
    send,
    setCommands: commands.set,
    setBlocked(isBlocked) {
      form.hidden = isBlocked;
      byId("blocked").hidden = !isBlocked;
      byId("dock").classList.toggle("is-blocked", isBlocked);
    },
  };
}
