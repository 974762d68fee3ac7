/** The person's side of the sandbox over HTTP: what a phone can do. */

/** A request the sandbox refused or never got; `message` is meant for people. */
export class Refused extends Error {}

async function answerOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function post(path, body) {
  const isForm = body instanceof FormData;
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      body: isForm ? body : JSON.stringify(body),
      headers: isForm ? {} : { "Content-Type": "application/json" },
    });
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const answer = await answerOf(response);
  if (response.ok && answer?.ok !== false) return answer ?? {};
  throw new Refused(answer?.error || `The sandbox answered with status ${response.status}.`);
}

/** The calls of one person. Every one resolves to the answer's JSON or throws `Refused`. */
export function phone(chatId) {
  const send = (path, body = {}) => post(`/person/${chatId}/${path}`, body);
  return {
    eventsUrl: `/person/${chatId}/events`,
    message: (text, replyTo = null) => send("message", replyTo === null ? { text } : { text, reply_to: replyTo }),
    tap: (messageId, data) => send("tap", { message_id: messageId, data }),
    edit: (messageId, text) => send("edit", { message_id: messageId, text }),
    location: (latitude, longitude) => send("location", { latitude, longitude }),
    sticker: () => send("sticker"),
    voice: () => send("voice"),
    contact: () => send("contact"),
    block: () => send("block"),
    unblock: () => send("unblock"),
    language: (code) => send("language", { language_code: code }),
    photo(file) {
      const form = new FormData();
      form.append("file", file, file.name);
      return send("photo", form);
    },
    skipToNext: () => post("/clock/next", { chat_id: chatId }),
    advance: (seconds) => post("/clock/advance", { seconds }),
    setRate: (rate) => post("/clock/rate", { rate }),
  };
}
