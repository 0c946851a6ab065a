// The server's live events: one stream that reconnects by itself and always says whether it is alive.
import type { Payment, PrinterState } from "./types";

export type Link = "connecting" | "live" | "lost";

export interface EventHandlers {
  payment?: (payment: Payment) => void;
  printer?: (printer: PrinterState & { till: string }) => void;
  link: (link: Link) => void;
  /** The stream is back after a break and not all of what happened meanwhile will follow: read the lists again. */
  missed?: () => void;
}

const RECONNECT_MS = [500, 1000, 2000, 4000];
/** The server ends every stream now and then; a break shorter than this is not worth anyone's attention. */
const GRACE_MS = 5000;

/** Opens the stream; the returned function closes it for good. */
export function openEvents(handlers: EventHandlers): () => void {
  let source: EventSource | null = null;
  let failures = 0;
  let broken = false;
  let reconnect: ReturnType<typeof setTimeout> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  /** The last event heard: a stream that is opened anew goes on after it. */
  let heard = "";

  function connect() {
    source = new EventSource(heard ? `/v1/events?after=${encodeURIComponent(heard)}` : "/v1/events");
    source.onopen = alive;
    source.addEventListener("hello", (event) => {
      alive();
      note(event);
      if (broken && !parse<{ resumed: boolean }>(event)?.resumed) handlers.missed?.();
      broken = false;
    });
    source.addEventListener("payment", (event) => {
      note(event);
      const payment = parse<Payment>(event);
      if (payment) handlers.payment?.(payment);
    });
    source.addEventListener("printer", (event) => {
      const printer = parse<PrinterState & { till: string }>(event);
      if (printer) handlers.printer?.(printer);
    });
    source.onerror = interrupted;
  }

  function note({ lastEventId }: MessageEvent<string>) {
    if (lastEventId) heard = lastEventId;
  }

  function alive() {
    failures = 0;
    clearTimeout(grace);
    grace = undefined;
    handlers.link("live");
  }

  // The browser reconnects a broken stream itself, from the last event it saw, but gives up when the answer was an
  // error status: then it is opened anew from here, and says itself what was heard last.
  function interrupted() {
    if (closed) return;
    broken = true;
    grace ??= setTimeout(() => handlers.link("lost"), GRACE_MS);
    if (source?.readyState !== EventSource.CLOSED) return;
    failures += 1;
    clearTimeout(reconnect);
    reconnect = setTimeout(connect, RECONNECT_MS[Math.min(failures - 1, RECONNECT_MS.length - 1)]);
  }

  // A stream that survives the device's own "offline" on paper may be dead on the wire: it is opened anew.
  function wentOffline() {
    clearTimeout(reconnect);
    source?.close();
    broken = true;
    handlers.link("lost");
  }

  function cameOnline() {
    clearTimeout(reconnect);
    source?.close();
    connect();
  }

  handlers.link("connecting");
  window.addEventListener("offline", wentOffline);
  window.addEventListener("online", cameOnline);
  connect();
  return () => {
    closed = true;
    clearTimeout(reconnect);
    clearTimeout(grace);
    window.removeEventListener("offline", wentOffline);
    window.removeEventListener("online", cameOnline);
    source?.close();
  };
}

function parse<T>(event: MessageEvent<string>): T | null {
  try {
    return JSON.parse(event.data) as T;
  } catch {
    return null;
  }
}
