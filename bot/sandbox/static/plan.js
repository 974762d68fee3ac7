/** "What comes next": the messages the bot has planned, and why. */

import { byId, el } from "./dom.js";

const WIDE = window.matchMedia("(min-width: 60rem)");

/** Returns `{set(upcoming), draw()}`; `draw` writes times anew when the clock has moved. */
export function planPanel(clock) {
  const panel = byId("plan");
  let upcoming = [];

  const follow = () => (panel.open = WIDE.matches);
  WIDE.addEventListener("change", follow);
  follow();

  function set(items) {
    upcoming = items.map((item) => ({ ...item, time: Date.parse(item.at) })).sort((a, b) => a.time - b.time);
    byId("upcoming").replaceChildren(...(upcoming.length ? days() : [nothing()]));
    draw();
  }

  function days() {
    const byDay = Map.groupBy(upcoming, (item) => clock.dayOf(item.time));
    return [...byDay].flatMap(([day, items]) => [el("h3", {}, day), el("ol", { class: "plan-list" }, ...items.map(entry))]);
  }

  function entry(item) {
    return el(
      "li",
      {},
      el("time", { datetime: item.at, class: "plan-time" }, clock.timeOf(item.time)),
      el(
        "div",
        {},
        el("p", { class: "plan-what" }, item.what),
        el("p", { class: "plan-away", "data-at": item.time }),
        item.why ? el("p", { class: "plan-why" }, item.why) : null,
        item.source ? el("p", { class: "plan-source" }, el("code", {}, item.source)) : null,
      ),
    );
  }

  function draw() {
    for (const node of byId("upcoming").querySelectorAll("[data-at]")) {
      const words = clock.awayFrom(Number(node.dataset.at));
      if (node.textContent !== words) node.textContent = words;
    }
    const [next] = upcoming;
    byId("plan-hint").textContent = next ? `${clock.timeOf(next.time)} ${next.what}` : "nothing yet";
  }

  return { set, draw, redraw: () => set(upcoming) };
}

function nothing() {
  return el(
    "p",
    { class: "plan-nothing" },
    "Nothing is planned yet. Once a massage is logged, the messages to come stand here, each with its time and its reason.",
  );
}
