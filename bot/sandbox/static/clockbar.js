/** The clock of the chat, and the buttons that turn it. */

import { byId } from "./dom.js";
import { problem, toast } from "./notices.js";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Wire the clock bar; returns `draw` for when the clock has moved, `checkRate` for when it was told. */
export function clockBar(clock, phone) {
  const bar = byId("time");
  const radios = [...byId("rate").querySelectorAll("input")];

  /** Do one thing with the time, once: the button waits for the answer. */
  function whenPressed(button, work) {
    button.addEventListener("click", async () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      try {
        await work();
      } catch (error) {
        problem("The clock was not moved.", error);
      }
      button.removeAttribute("aria-disabled");
    });
  }

  whenPressed(byId("skip"), async () => {
    const { at } = await phone.skipToNext();
    toast(at ? `It is now ${clock.momentOf(Date.parse(at))}.` : "No message is planned yet.");
  });
  whenPressed(byId("hour"), () => phone.advance(HOUR_S));
  whenPressed(byId("day"), () => phone.advance(DAY_S));
  let ratesUnderWay = 0;
  byId("rate").addEventListener("change", async (event) => {
    const rate = Number(event.target.value);
    ratesUnderWay += 1;
    try {
      await phone.setRate(rate);
      clock.setRate(rate);
    } catch (error) {
      problem("The speed was not changed.", error);
    }
    ratesUnderWay -= 1;
    checkRate();
  });

  /** Check the rate the clock runs at, unless another has just been asked for. */
  function checkRate() {
    if (ratesUnderWay > 0) return;
    for (const radio of radios) radio.checked = Number(radio.value) === clock.rate;
  }

  function set(id, text) {
    const node = byId(id);
    if (node.textContent !== text) node.textContent = text;
  }

  function draw() {
    bar.hidden = !clock.steerable;
    const now = clock.now();
    set("clock", clock.timeOf(now));
    set("clock-date", clock.dateOf(now));
    const zone = clock.zone.replaceAll("_", " ");
    set("clock-zone", `${zone} (${clock.offsetOf(now)})${clock.zoneIsChosen ? "" : ", this device's zone"}`);
    byId("clock").dateTime = new Date(now).toISOString().slice(0, 16) + "Z";
  }

  return { draw, checkRate };
}
