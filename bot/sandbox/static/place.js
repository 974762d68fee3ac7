/** The dialog that asks for a made-up place. */

import { byId, el, restFocus } from "./dom.js";

// Zones on both sides of UTC, with and without summer time, and one off by half an hour.
const CITIES = [
  ["Berlin", 52.52, 13.405],
  ["Madrid", 40.4168, -3.7038],
  ["London", 51.5074, -0.1278],
  ["New York", 40.7128, -74.006],
  ["Mexico City", 19.4326, -99.1332],
  ["Mumbai", 19.076, 72.8777],
  ["Tokyo", 35.6762, 139.6503],
  ["Sydney", -33.8688, 151.2093],
];
const SAME_PLACE_DEGREES = 0.01;

/** The listed city at these coordinates, or null. */
export function cityAt(latitude, longitude) {
  const near = (a, b) => Math.abs(a - b) < SAME_PLACE_DEGREES;
  return CITIES.find(([, lat, lon]) => near(lat, latitude) && near(lon, longitude))?.[0] ?? null;
}

/** Wire the dialog; `send(latitude, longitude)` gets what was chosen. Returns the function that opens it. */
export function placeDialog(send) {
  const dialog = byId("place");
  const fields = [byId("latitude"), byId("longitude")];
  const error = byId("place-error");
  byId("cities").append(...CITIES.map(cityChoice));

  dialog.addEventListener("change", (event) => {
    const city = CITIES.find(([name]) => event.target.name === "city" && name === event.target.value);
    if (city) setFields(city);
  });
  for (const field of fields) {
    field.addEventListener("input", () => {
      for (const choice of dialog.querySelectorAll("[name=city]")) choice.checked = false;
    });
  }
  // The browser gives the focus back to what opened the dialog, if that is still there.
  dialog.addEventListener("close", () => {
    if (document.activeElement === document.body) restFocus();
  });
  byId("place-cancel").addEventListener("click", () => dialog.close());
  byId("place-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const place = check();
    if (!place) return;
    dialog.close();
    send(...place);
  });

  function setFields([, latitude, longitude]) {
    [latitude, longitude].forEach((value, i) => (fields[i].value = String(value)));
    check();
  }

  function check() {
    const values = fields.map((field) => (field.value.trim() === "" ? NaN : Number(field.value.replace(",", "."))));
    const isBad = [Math.abs(values[0]) <= 90, Math.abs(values[1]) <= 180].map((fits) => !fits);
    fields.forEach((field, i) => field.setAttribute("aria-invalid", String(isBad[i])));
    error.textContent = isBad.includes(true) ? "Latitude goes from -90 to 90, longitude from -180 to 180." : "";
    fields[isBad.indexOf(true)]?.focus();
    return isBad.includes(true) ? null : values;
  }

  return () => {
    const first = dialog.querySelector("[name=city]");
    first.checked = true;
    setFields(CITIES[0]);
    dialog.showModal();
    first.focus();
  };
}

function cityChoice([name]) {
  return el("label", {}, el("input", { type: "radio", name: "city", value: name }), el("span", {}, name));
}
