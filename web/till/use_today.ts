// Today's sales of this till: loaded once, kept fresh by the live stream.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { Day, Payment } from "../shared/api/types";
import { startOfDate, storeDate } from "../shared/time";

export interface Today {
  items: readonly Payment[];
  day: Day | null;
  loading: boolean;
  failure: Failure | null;
  more: boolean;
  loadMore: () => void;
  reload: () => void;
  /** Takes in a payment's newer version, whoever brought it. */
  seen: (payment: Payment) => void;
}

const PAGE = 20;
/** A burst of news asks for the day's sums once. */
const SUMS_DELAY_MS = 800;

export function useToday(till: string): Today {
  const [items, setItems] = useState<readonly Payment[]>([]);
  const [day, setDay] = useState<Day | null>(null);
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const sums = useRef<ReturnType<typeof setTimeout>>(undefined);

  const loadSums = useCallback(async () => {
    const query = { date: storeDate(Date.now()), till };
    const outcome = await settle(client.GET("/v1/day", { params: { query } }));
    if (outcome.ok) setDay(outcome.data);
  }, [till]);

  const loadPage = useCallback(
    async (cursor?: string) => {
      setLoading(true);
      const from = startOfDate(storeDate(Date.now()));
      const query = { till, from, limit: PAGE, ...(cursor ? { cursor } : {}) };
      const outcome = await settle(client.GET("/v1/payments", { params: { query } }));
      setLoading(false);
      setFailure(outcome.ok ? null : outcome.failure);
      if (!outcome.ok) return;
      setNext(outcome.data.next ?? null);
      setItems((known) => outcome.data.items.reduce(merge, cursor ? known : []));
    },
    [till],
  );

  const reload = useCallback(() => {
    void loadPage();
    void loadSums();
  }, [loadPage, loadSums]);

  useEffect(() => {
    reload();
    return () => clearTimeout(sums.current);
  }, [reload]);

  const seen = useCallback(
    (payment: Payment) => {
      if (payment.till.id !== till) return;
      setItems((known) => {
        const isToday = storeDate(payment.created_at) === storeDate(Date.now());
        return isToday || known.some(({ id }) => id === payment.id) ? merge(known, payment) : known;
      });
      clearTimeout(sums.current);
      sums.current = setTimeout(() => void loadSums(), SUMS_DELAY_MS);
    },
    [till, loadSums],
  );

  const loadMore = useCallback(() => void (next && loadPage(next)), [next, loadPage]);
  return useMemo(
    () => ({ items, day, loading, failure, more: next !== null, loadMore, reload, seen }),
    [items, day, loading, failure, next, loadMore, reload, seen],
  );
}

/** The list with this payment in its place, newest first; an older version never replaces a newer one. */
export function merge(known: readonly Payment[], payment: Payment): readonly Payment[] {
  const present = known.find(({ id }) => id === payment.id);
  if (present && present.version > payment.version) return known;
  const rest = known.filter(({ id }) => id !== payment.id);
  return [...rest, payment].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}
