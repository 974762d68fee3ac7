/** The options sheet: language, blocking, a second person. */

import { byId, el, restFocus } from "./dom.js";
import { problem, toast } from "./notices.js";
import { disclosure } from "./sheets.js";

const LANGUAGES = ["en", "es", "de", "fr", "it", "pt-br", "pl", "tr", "uk", "ar", "hi", "zh-hans", "ja"];

/** A language by its own name: "Español". */
function nameOf(code) {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code);
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

/** `onBlocked(isBlocked)` follows the chat's state. */
export function optionsSheet(phone, { onBlocked }) {
  const sheet = disclosure(byId("options-button"), byId("options"));
  const language = byId("language");
  language.append(...LANGUAGES.map((code) => el("option", { value: code, lang: code }, nameOf(code))));

  language.addEventListener("change", async () => {
    try {
      await phone.language(language.value);
      toast("The phone's language is changed. The bot sees it with your next message.");
    } catch (error) {
      problem("The language was not changed.", error);
    }
  });
  byId("block-button").addEventListener("click", () => setBlocked(true));
  byId("unblock-button").addEventListener("click", () => setBlocked(false));

  async function setBlocked(isBlocked) {
    sheet.close();
    try {
      await (isBlocked ? phone.block() : phone.unblock());
    } catch (error) {
      problem(isBlocked ? "The bot was not blocked." : "The bot was not unblocked.", error);
      return;
    }
    onBlocked(isBlocked);
    if (isBlocked) byId("unblock-button").focus();
    else restFocus();
  }

  /** Fill in who this is. */
  return ({ id, first_name: name, language_code: code }) => {
    byId("person-name").textContent = name;
    byId("person-id").textContent = id;
    byId("other-person").href = `/?person=${id === 1002 ? 1001 : 1002}`;
    if (code && !LANGUAGES.includes(code) && !language.querySelector(`[value="${CSS.escape(code)}"]`)) {
      language.append(el("option", { value: code }, code));
    }
    language.value = code || "en";
  };
}
