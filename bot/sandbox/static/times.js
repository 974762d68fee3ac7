/** The chat's clock, and instants in words. Every time shown is in the person's zone. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DEVICE_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const made = new Map();

function formatter(locale, zone, options) {
  const key = JSON.stringify([locale, zone, options]);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
  return made.get(key);
}

/** The simulated clock: told now and then by the server, run on here in between. */
export class ChatClock {
  #told = null;
  #toldAt = 0;
  locale = "en-GB";

  /** Take the server's word: `{now, zone, rate}`, or null when real time runs. */
  tell(clock) {
    this.#told = clock;
    this.#toldAt = performance.now();
  }

  /** Run at another rate from now on, before the server's next word. */
  setRate(rate) {
    if (this.#told) this.tell({ ...this.#told, now: new Date(this.now()).toISOString(), rate });
  }

  /** Whether the server lets the page steer the time. */
  get steerable() {
    return this.#told !== null;
  }

  /** Simulated seconds in a real one. */
  get rate() {
    return this.#told ? this.#told.rate : 1;
  }

  /** The person's IANA zone, or this device's while none is chosen. */
  get zone() {
    return this.#told?.zone || DEVICE_ZONE;
  }

  /** Whether the person has chosen a zone. */
  get zoneIsChosen() {
    return Boolean(this.#told?.zone);
  }

  /** The simulated instant in milliseconds since 1970. */
  now() {
    if (!this.#told) return Date.now();
    return Date.parse(this.#told.now) + (performance.now() - this.#toldAt) * this.#told.rate;
  }

  /** The language of the phone, for dates inside messages; English reads as in Europe, 24 hours. */
  speak(languageCode) {
    const wanted = !languageCode || languageCode === "en" ? "en-GB" : languageCode;
    try {
      this.locale = Intl.getCanonicalLocales(wanted)[0];
    } catch {
      this.locale = "en-GB";
    }
  }

  /** "18:40" */
  timeOf(at) {
    return formatter("en-GB", this.zone, { hour: "2-digit", minute: "2-digit" }).format(at);
  }

  /** "Tuesday 24 November", with the year when it is not the clock's. */
  dayOf(at) {
    const sameYear = this.#year(at) === this.#year(this.now());
    const options = { weekday: "long", day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) };
    return formatter("en-GB", this.zone, options).format(at).replace(",", "");
  }

  /** "Tue 24 Nov 2026" */
  dateOf(at) {
    const options = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
    return formatter("en-GB", this.zone, options).format(at).replace(",", "");
  }

  /** "Tue 24 Nov, 18:40" */
  momentOf(at) {
    return `${this.dateOf(at).replace(/ \d{4}$/, "")}, ${this.timeOf(at)}`;
  }

  /** "UTC+1" as it is in the person's zone at that instant. */
  offsetOf(at) {
    const parts = formatter("en-GB", this.zone, { timeZoneName: "shortOffset" }).formatToParts(at);
    return parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "UTC");
  }

  /** "in 20 minutes", "3 hours ago" in `locale`. */
  awayFrom(at, locale = "en-GB") {
    const away = at - this.now();
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
    if (Math.abs(away) < HOUR_MS) return words.format(Math.round(away / MINUTE_MS), "minute");
    if (Math.abs(away) < 2 * DAY_MS) return words.format(Math.round(away / HOUR_MS), "hour");
    return words.format(Math.round(away / DAY_MS), "day");
  }

  /**
   * A date_time entity's instant by its format, `r|w?[dD]?[tT]?`: relative, weekday,
   * short or long date, short or long time. Empty or unknown formats give null.
   */
  formatted(at, format) {
    if (format === "r") return this.awayFrom(at, this.locale);
    if (!format || !/^w?[dD]?[tT]?$/.test(format)) return null;
    const options = { hourCycle: "h23" };
    if (format.includes("w")) options.weekday = "long";
    if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
    if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
    if (/[tT]/.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
    if (format.includes("T")) options.second = "2-digit";
    return formatter(this.locale, this.zone, options).format(at);
  }

  #year(at) {
    return formatter("en-GB", this.zone, { year: "numeric" }).format(at);
  }
}
