// The desk as React sees it: one desk for the page's life, resumed on start, fed by the live stream.
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { openEvents, type Link } from "../shared/api/events";
import type { Payment, PrinterState } from "../shared/api/types";
import { Journal } from "../shared/journal";
import { Desk, type DeskState, type News } from "./desk";

export interface DeskHandlers {
  changed: (payment: Payment, news: News) => void;
  /** Any payment of this merchant changed, whichever till took it. */
  seen: (payment: Payment) => void;
  printer: (printer: PrinterState & { till: string }) => void;
  /** The live stream is back, but not all that happened meanwhile will follow. */
  missed: () => void;
  signedOut: () => void;
}

export function useDesk(handlers: DeskHandlers): { desk: Desk; journal: Journal; state: DeskState; link: Link } {
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  const [journal] = useState(() => new Journal(localStorage));
  const [desk, setDesk] = useState(() => newDesk(journal, latest));
  const [link, setLink] = useState<Link>("connecting");

  useEffect(() => {
    let mine = desk;
    if (mine.isClosed) {
      mine = newDesk(journal, latest);
      setDesk(mine);
    }
    mine.resume();
    const closeEvents = openEvents({
      link: setLink,
      payment: (payment) => {
        mine.learn(payment);
        latest.current.seen(payment);
      },
      printer: (printer) => latest.current.printer(printer),
      missed: () => latest.current.missed(),
    });
    return () => {
      closeEvents();
      mine.close();
    };
    // The desk lives as long as the page; strict mode's second mount gets a new one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [journal]);

  const state = useSyncExternalStore(desk.subscribe, desk.snapshot);
  return { desk, journal, state, link };
}

function newDesk(journal: Journal, latest: { current: DeskHandlers }): Desk {
  return new Desk(journal, {
    changed: (payment, news) => latest.current.changed(payment, news),
    signedOut: () => latest.current.signedOut(),
  });
}
