/** The chat page: joins the parts, and hands each event of the server to the part it concerns. */

import { phone as phoneOf } from "./api.js";
import { attachments } from "./attach.js";
import { clockBar } from "./clockbar.js";
import { composer } from "./composer.js";
import { byId } from "./dom.js";
import { replyKeyboard } from "./keyboard.js";
import { ChatLog } from "./log.js";
import { answer, problem, toast } from "./notices.js";
import { optionsSheet } from "./options.js";
import { planPanel } from "./plan.js";
import { listen } from "./stream.js";
import { ChatClock } from "./times.js";

const DEFAULT_PERSON = 1001;
const TICK_MS = 250;
const TYPING_MS = 6000;

const asked = new URLSearchParams(window.location.search).get("person") ?? "";
const phone = phoneOf(/^[1-9]\d{0,14}$/.test(asked) ? Number(asked) : DEFAULT_PERSON);
const clock = new ChatClock();
const bot = { name: "Aftercare", username: "" };

const reader = {
  clock,
  language: null,
  get botName() {
    return bot.name;
  },
  command: (text) => field.send(text),
  edit: (message) => field.edit(message),
  reply: (message) => field.reply(message),
  tap,
  copy,
};
const log = new ChatLog(reader);
const field = composer(phone, { lastOwnText: () => log.lastOwnText, nameOf: (message) => (message.from === "bot" ? bot.name : "You") });
const bar = clockBar(clock, phone);
const plan = planPanel(clock);
const attach = attachments(phone);
const showKeyboard = replyKeyboard((button) => {
  if (button.request_location) attach.askForPlace();
  else if (button.request_contact) attach.sendContact();
  else field.send(button.text);
});
const showPerson = optionsSheet(phone, { onBlocked: field.setBlocked });

async function tap(message, button, node) {
  if (node.getAttribute("aria-disabled") === "true") return;
  node.setAttribute("aria-disabled", "true");
  try {
    const { toast: said } = await phone.tap(message.message_id, button.data);
    if (said) answer(said);
  } catch (error) {
    problem("Your answer did not arrive.", error);
  }
  node.removeAttribute("aria-disabled");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch (error) {
    problem("The text could not be copied.", error);
  }
}

function hear(language) {
  reader.language = language;
  byId("empty-text").lang = language ?? "";
}

function showWho({ bot: itself, person }) {
  clock.speak(person.language_code);
  showBot(itself);
  showPerson(person);
}

function showBot({ name, username, description, commands }) {
  Object.assign(bot, { name: name || username, username });
  document.title = `${bot.name} sandbox`;
  byId("bot-name").textContent = bot.name;
  byId("empty-title").textContent = bot.name;
  byId("empty-text").textContent = description || "Press Start to say hello.";
  showLine();
  field.setCommands(commands ?? []);
}

let typingTimer = 0;

function showLine(words = "") {
  byId("bot-line").textContent = words || (bot.username ? `@${bot.username} · sandbox` : "sandbox");
}

function setTyping(isTyping) {
  clearTimeout(typingTimer);
  log.setTyping(isTyping);
  showLine(isTyping ? "typing…" : "");
  if (isTyping) typingTimer = setTimeout(showLine, TYPING_MS);
}

function tellClock(told) {
  const zone = clock.zone;
  clock.tell(told);
  bar.draw();
  bar.checkRate();
  if (clock.zone === zone) return plan.draw();
  log.redraw();
  plan.redraw();
}

function showEmpty() {
  byId("empty").hidden = log.size > 0;
}

listen(
  phone.eventsUrl,
  {
    state(state) {
      hear(state.language);
      tellClock(state.clock);
      showWho(state);
      log.replaceAll(state.messages);
      showEmpty();
      field.setBlocked(state.blocked);
      showKeyboard(state.reply_keyboard);
      plan.set(state.upcoming ?? []);
    },
    message(message) {
      if (message.from === "bot") setTyping(false);
      log.show(message);
      showEmpty();
    },
    deleted({ message_id: id }) {
      log.remove(id);
      showEmpty();
    },
    identity(who) {
      showWho(who);
      log.redraw();
    },
    keyboard: showKeyboard,
    action: () => setTyping(true),
    toast: answer,
    clock: tellClock,
    upcoming: plan.set,
    language(code) {
      hear(code);
      log.redraw();
    },
    commands: (data) => field.setCommands(data.commands ?? data),
  },
  (status) => {
    document.body.dataset.connection = status;
    byId("connection").textContent = { connecting: "", connected: "", reconnecting: "Connection lost. Reconnecting…" }[status];
  },
);

byId("start").addEventListener("click", () => {
  log.followFrom(byId("log"));
  field.send("/start");
});
byId("log").addEventListener("keydown", (event) => {
  if (event.key === "Escape") byId("field").focus();
});
setInterval(() => {
  bar.draw();
  plan.draw();
  log.refreshRelativeTimes();
}, TICK_MS);
