// The server's live events: one stream that reconnects by itself and always says whether it is alive.
import type { Payment, PrinterState } from "./types";

export type Link = "connecting" | "live" | "lost";

export interface EventHandlers {
  payment?: (payment: Payment) => void;
  printer?: (printer: PrinterState & { till: string }) => void;
  link: (link: Link) => void;
  /** The stream is back after a break: what happened meanwhile may have been missed. */
  resumed?: () => void;
}

const RECONNECT_MS = [500, 1000, 2000, 4000];

/** Opens the stream; the returned function closes it for good. */
export function openEvents(handlers: EventHandlers): () => void {
  let source: EventSource | null = null;
  let failures = 0;
  let lost = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function connect() {
    source = new EventSource("/v1/events");
    source.onopen = alive;
    source.addEventListener("hello", alive);
    source.addEventListener("payment", (event) => {
      const payment = parse<Payment>(event);
      if (payment) handlers.payment?.(payment);
    });
    source.addEventListener("printer", (event) => {
      const printer = parse<PrinterState & { till: string }>(event);
      if (printer) handlers.printer?.(printer);
    });
    // The browser reconnects a broken stream itself, from the last event it saw, but gives up when the answer was an
    // error status: then it starts anew from here.
    source.onerror = () => {
      if (closed) return;
      lost = true;
      handlers.link("lost");
      if (source?.readyState !== EventSource.CLOSED) return;
      failures += 1;
      clearTimeout(timer);
      timer = setTimeout(connect, RECONNECT_MS[Math.min(failures - 1, RECONNECT_MS.length - 1)]);
    };
  }

  function alive() {
    failures = 0;
    handlers.link("live");
    if (lost) handlers.resumed?.();
    lost = false;
  }

  // A stream that survives the device's own "offline" on paper may be dead on the wire: it is opened anew.
  function wentOffline() {
    clearTimeout(timer);
    source?.close();
    lost = true;
    handlers.link("lost");
  }

  function cameOnline() {
    clearTimeout(timer);
    source?.close();
    connect();
  }

  handlers.link("connecting");
  window.addEventListener("offline", wentOffline);
  window.addEventListener("online", cameOnline);
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
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
