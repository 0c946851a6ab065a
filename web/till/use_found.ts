// Payments of this till that were found paid after it had lost sight of them, until somebody says "seen".
import { useCallback, useEffect, useRef, useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { Payment } from "../shared/api/types";
import { isToBeSeen } from "../shared/found";
import { merge } from "./use_today";

export interface FoundPayments {
  items: readonly Payment[];
  reload: () => void;
  /** Takes in a payment's newer version, whoever brought it. */
  seen: (payment: Payment) => void;
  /** Says of the one in front that it was seen. */
  acknowledge: () => void;
  busy: boolean;
  failure: Failure | null;
}

/** `arrived` is called for each one that is new to this page. */
export function useFound(till: string, arrived: (payment: Payment) => void): FoundPayments {
  const [items, setItems] = useState<readonly Payment[]>([]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const announced = useRef(new Set<string>());
  const tell = useRef(arrived);
  useEffect(() => {
    tell.current = arrived;
  });

  const seen = useCallback(
    (payment: Payment) => {
      if (payment.till.id !== till) return;
      const waits = isToBeSeen(payment);
      setItems((known) => (waits ? merge(known, payment) : known.filter(({ id }) => id !== payment.id)));
      if (!waits || announced.current.has(payment.id)) return;
      announced.current.add(payment.id);
      tell.current(payment);
    },
    [till],
  );

  const reload = useCallback(() => {
    void settle(client.GET("/v1/attention", { params: { query: { till } } })).then((outcome) => {
      if (outcome.ok) outcome.data.items.forEach(seen);
    });
  }, [till, seen]);
  useEffect(reload, [reload]);

  const acknowledge = useCallback(async () => {
    const id = items[0]?.id;
    if (id === undefined || busy) return;
    setBusy(true);
    const outcome = await settle<Payment>(client.POST("/v1/payments/{id}/acknowledge", { params: { path: { id } } }));
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) seen(outcome.data);
  }, [items, busy, seen]);
  return { items, reload, seen, acknowledge: () => void acknowledge(), busy, failure };
}
