/** Server-sent events that come back by themselves. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/**
 * Listen to `url`. `on[event](data)` gets each event's JSON, `onStatus` gets
 * "connecting", "connected" or "reconnecting". The server begins every
 * connection with the whole `state`, so nothing is missed in between.
 *
 * EventSource's own retry gives up for good after an HTTP error (a proxy's 502,
 * say), so each connection here is used once and the waiting is ours.
 */
export function listen(url, on, onStatus) {
  let wait = FIRST_WAIT_MS;
  let source = null;
  let timer = 0;

  function connect() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(url);
    for (const [name, take] of Object.entries(on)) {
      source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    }
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      onStatus("connected");
    });
    source.addEventListener("error", retryLater);
  }

  function retryLater() {
    source.close();
    onStatus("reconnecting");
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  // A laptop that wakes up, or a phone that finds its network, need not wait.
  window.addEventListener("online", connect);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  onStatus("connecting");
  connect();
}
