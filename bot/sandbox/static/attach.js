/** What a phone sends besides text: a photo, a place, a sticker, a voice message, a contact. */

import { byId } from "./dom.js";
import { problem } from "./notices.js";
import { placeDialog } from "./place.js";
import { disclosure } from "./sheets.js";

/** Wire the "+" sheet; returns what the reply keyboard needs as well: `{askForPlace, sendContact}`. */
export function attachments(phone) {
  const sheet = disclosure(byId("attach-button"), byId("attach"), { onOpen: () => byId("send-photo").focus() });
  const file = byId("photo-file");

  async function send(what, call) {
    sheet.close();
    try {
      await call();
    } catch (error) {
      problem(`The ${what} was not sent.`, error);
    }
  }

  const askForPlace = placeDialog((latitude, longitude) => send("location", () => phone.location(latitude, longitude)));
  const sendContact = () => send("contact", phone.contact);

  byId("send-photo").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [photo] = file.files;
    if (photo) send("photo", () => phone.photo(photo));
    file.value = "";
  });
  byId("send-location").addEventListener("click", () => {
    sheet.close();
    askForPlace();
  });
  byId("send-sticker").addEventListener("click", () => send("sticker", phone.sticker));
  byId("send-voice").addEventListener("click", () => send("voice message", phone.voice));
  byId("send-contact").addEventListener("click", sendContact);
  return { askForPlace, sendContact };
}
