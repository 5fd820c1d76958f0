// One event stream per browser: the tab that holds the lock listens, the others hear it over a channel.
// Each change becomes an event on the body, "live-inbox" or "live-conversation-12", for hx-trigger="… from:body".
(() => {
  "use strict";

  const body = document.body;
  if (body.dataset.live === undefined) return;

  const NAME = `portal-live-${body.dataset.user}`;
  const TOPICS = ["conversation", "inbox", "dispatch", "connection", "import", "notification", "starter"];
  const GRACE_MS = 3000;
  const SILENCE_MS = 30000; // the server says "beat" every 12 s: silence is a dead line that nobody reported
  const RETRY_MS = [1000, 2000, 5000, 10000, 30000];

  const channel = new BroadcastChannel(NAME);
  let cursor = Number(body.dataset.live);
  let source = null;
  let lost = false;
  let attempts = 0;
  let graceTimer = 0;
  let retryTimer = 0;
  let silenceTimer = 0;
  let resign = () => {};

  // --- What every tab does ---

  function emit(name, id) {
    body.dispatchEvent(new CustomEvent(`live-${name}`, { bubbles: true, detail: { id } }));
    if (id) body.dispatchEvent(new CustomEvent(`live-${name}-${id}`, { bubbles: true }));
  }

  function setLost(value) {
    if (lost === value) return;
    lost = value;
    document.getElementById("live-status").hidden = !lost;
    if (!lost) emit("reset");
  }

  const handlers = {
    change({ topic, id, at }) {
      cursor = at || cursor;
      emit(topic, id);
    },
    status: ({ value }) => setLost(value),
    // A tab that opened between two events asks the leader how far the stream is.
    ask: () => source && channel.postMessage({ kind: "state", value: lost, at: cursor }),
    state({ value, at }) {
      const missed = at > cursor;
      cursor = Math.max(cursor, at);
      setLost(value);
      if (missed) emit("reset");
    },
  };

  channel.onmessage = ({ data }) => handlers[data.kind](data);

  // --- What the leader does ---

  function tell(message) {
    handlers[message.kind](message);
    if (navigator.locks) channel.postMessage(message);
  }

  function relay(event) {
    heard();
    const { id } = event.data ? JSON.parse(event.data) : {};
    tell({ kind: "change", topic: event.type, id, at: Number(event.lastEventId) });
  }

  function heard() {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      tell({ kind: "status", value: true });
      open();
    }, SILENCE_MS);
  }

  function opened() {
    heard();
    clearTimeout(graceTimer);
    graceTimer = attempts = 0;
    if (lost) tell({ kind: "status", value: false });
  }

  function failed() {
    graceTimer ||= setTimeout(() => tell({ kind: "status", value: true }), GRACE_MS);
    // The browser reconnects a broken stream by itself, but gives up on an HTTP error.
    if (source.readyState !== EventSource.CLOSED) return;
    const delay = RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)] * (0.75 + Math.random() / 2);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(open, delay);
  }

  function open() {
    close();
    source = new EventSource(`/eventos?ultimo=${cursor}`);
    source.onopen = opened;
    source.onerror = failed;
    source.addEventListener("beat", heard);
    [...TOPICS, "reset"].forEach((topic) => source.addEventListener(topic, relay));
  }

  function close() {
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    source?.close();
    source = null;
  }

  // A dropped network can leave the stream hanging without an error.
  addEventListener("offline", () => {
    if (!source) return;
    source.close();
    failed();
  });
  addEventListener("online", () => source && open());

  // --- Who leads ---

  function start() {
    if (navigator.locks) {
      const stand = new AbortController();
      const hold = () => new Promise((resolve) => {
        resign = resolve;
        open();
      });
      resign = () => stand.abort();
      navigator.locks.request(NAME, { signal: stand.signal }, hold).catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
      channel.postMessage({ kind: "ask" });
    } else if (!document.hidden) {
      open();
    }
  }

  function stop() {
    clearTimeout(graceTimer);
    graceTimer = 0;
    close();
    resign();
  }

  if (!navigator.locks) document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    start();
    emit("reset");
  });
  start();
})();
