// The bill that is being paid in parts: kept over reloads, and how it stands at the server.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Sale } from "../shared/api/types";
import { newKey, type Bill, type Journal } from "../shared/journal";
import { leftOf, stirOf } from "./bill";
import type { Open } from "./desk";

export interface BillAtHand {
  bill: Bill;
  /** How it stands at the server; nothing before its first part is there. */
  sale: Sale | null;
  /** What may still be charged, in minor units. */
  left: number;
}

export interface Bills {
  current: BillAtHand | null;
  begin: (wanted: Omit<Bill, "id"> & { id?: string }) => void;
  /** Goes on with a bill that was put down, here or at another till. */
  resume: (sale: Sale) => void;
  /** Divides what is left among so many people, or not at all. */
  divide: (people: number | null) => void;
  /** Puts the bill down; what was paid of it stays paid. */
  leave: () => void;
}

export function useBill(journal: Journal, open: readonly Open[]): Bills {
  const [bill, setBillState] = useState<Bill | null>(() => journal.bill());
  const [sale, setSale] = useState<Sale | null>(null);
  const asked = useRef(0);
  const shown = useRef(0);
  const stir = bill ? stirOf(bill, open) : "";
  const id = bill?.id;
  // A sale is known to the server from its first part on.
  const begun = bill?.begun === true || stir !== "";

  const setBill = useCallback(
    (next: Bill | null) => {
      journal.setBill(next);
      setBillState(next);
    },
    [journal],
  );

  useEffect(() => {
    if (id === undefined || !begun) return;
    const number = (asked.current += 1);
    void settle(client.GET("/v1/sales/{id}", { params: { path: { id } } })).then((outcome) => {
      if (!outcome.ok || number < shown.current) return;
      shown.current = number;
      setSale(outcome.data);
      const now = journal.bill();
      if (now?.id === id && !now.begun) setBill({ ...now, begun: true });
    });
  }, [id, begun, stir, journal, setBill]);

  const begin = useCallback<Bills["begin"]>(
    ({ id: given, ...wanted }) => {
      setSale(null);
      setBill({ ...wanted, id: given ?? newKey() });
    },
    [setBill],
  );
  const resume = useCallback(
    (found: Sale) => {
      setSale(found);
      const { id: of, total, note } = found;
      setBill({ id: of, total: total.amount, currency: total.currency, note: note ?? "", people: null, begun: true });
    },
    [setBill],
  );
  const leave = useCallback(() => {
    setSale(null);
    setBill(null);
  }, [setBill]);
  const divide = useCallback((people: number | null) => bill && setBill({ ...bill, people }), [bill, setBill]);

  const mine = sale !== null && sale.id === id ? sale : null;
  const current = useMemo(() => (bill ? { bill, sale: mine, left: leftOf(bill, mine, open) } : null), [bill, mine, open]);
  return { current, begin, resume, divide, leave };
}
