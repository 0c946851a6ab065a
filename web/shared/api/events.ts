// The server's live events: one stream that reconnects by itself and always says whether it is alive.
import type { Payment, PrinterState } from "./types";

export type Link = "connecting" | "live" | "lost";

export interface EventHandlers {
  payment?: (payment: Payment) => void;
  printer?: (printer: PrinterState & { till: string }) => void;
  link: (link: Link) => void;
}

const RECONNECT_MS = [500, 1000, 2000, 4000];

/** Opens the stream; the returned function closes it for good. */
export function openEvents(handlers: EventHandlers): () => void {
  let source: EventSource | null = null;
  let failures = 0;
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
    // A browser gives up on a stream that answered with an error status, so every failure starts anew from here.
    source.onerror = () => {
      source?.close();
      if (closed) return;
      failures += 1;
      handlers.link("lost");
      timer = setTimeout(connect, RECONNECT_MS[Math.min(failures - 1, RECONNECT_MS.length - 1)]);
    };
  }

  function alive() {
    failures = 0;
    handlers.link("live");
  }

  function networkChanged() {
    if (!navigator.onLine) handlers.link("lost");
  }

  handlers.link("connecting");
  window.addEventListener("offline", networkChanged);
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    window.removeEventListener("offline", networkChanged);
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
