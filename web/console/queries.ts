// What the console asks the server, and how answers are kept and renewed.
import { QueryClient, useInfiniteQuery, useQuery, type InfiniteData } from "@tanstack/react-query";
import { client, settle, type Failure, type Outcome } from "../shared/api/client";
import { isToBeSeen } from "../shared/found";
import type { Me, Payment } from "../shared/api/types";
import { addDays, startOfDate, storeDate } from "../shared/time";

/** A failed call as React Query wants it: thrown, with the failure inside. */
export class CallFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind === "refused" ? failure.code : failure.kind);
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && !(error instanceof CallFailed && error.failure.kind === "refused"),
    },
  },
});

export async function orThrow<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const settled = await outcome;
  if (!settled.ok) throw new CallFailed(settled.failure);
  return settled.data;
}

export interface Filters {
  q: string;
  state: string;
  wallet: string;
  period: string;
  from: string;
  to: string;
}

export const PERIODS = ["today", "yesterday", "week", "month", "all"] as const;
export type Period = (typeof PERIODS)[number];

/** A period's first and last instant for the server; `all` has neither. */
export function boundsOf(filters: Pick<Filters, "period" | "from" | "to">, now = Date.now()): { from?: string; to?: string } {
  const today = storeDate(now);
  if (filters.from || filters.to) {
    return { ...(filters.from && { from: filters.from }), ...(filters.to && { to: filters.to }) };
  }
  switch (filters.period as Period) {
    case "today":
      return { from: startOfDate(today) };
    case "yesterday":
      return { from: startOfDate(addDays(today, -1)), to: startOfDate(today) };
    case "week":
      return { from: startOfDate(addDays(today, -6)) };
    case "month":
      return { from: startOfDate(addDays(today, -29)) };
    default:
      return {};
  }
}

/** Where the payments that fit these filters are downloaded as a table. */
export function exportAddress(filters: Filters, lang: string, now = Date.now()): string {
  const { q, state, wallet } = filters;
  const asked = Object.entries({ lang, ...boundsOf(filters, now), q, state, wallet });
  return `/v1/payments/export?${new URLSearchParams(asked.filter(([, value]) => value)).toString()}`;
}

const PAGE = 30;

export function usePayments(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ["payments", filters],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE,
        ...boundsOf(filters),
        ...(filters.q && { q: filters.q }),
        ...(filters.state && { state: filters.state }),
        ...(filters.wallet && { wallet: filters.wallet }),
        ...(pageParam && { cursor: pageParam }),
      };
      return orThrow(settle(client.GET("/v1/payments", { params: { query }, signal })));
    },
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function usePayment(id: string) {
  return useQuery({
    queryKey: ["payment", id],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/payments/{id}", { params: { path: { id } }, signal }))),
  });
}

export function useTimeline(id: string) {
  return useQuery({
    queryKey: ["timeline", id],
    queryFn: ({ signal }) =>
      orThrow(settle(client.GET("/v1/payments/{id}/timeline", { params: { path: { id } }, signal }))),
  });
}

export function useDay(date: string, refreshMs?: number) {
  return useQuery({
    queryKey: ["day", date],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/day", { params: { query: { date } }, signal }))),
    refetchInterval: refreshMs ?? false,
  });
}

/** The newest payments of today, for the live list. */
export function useLatest(refreshMs: number | false) {
  return useQuery({
    queryKey: ["latest"],
    queryFn: ({ signal }) =>
      orThrow(settle(client.GET("/v1/payments", { params: { query: { limit: 12, from: startOfDate(storeDate(Date.now())) } }, signal }))),
    refetchInterval: refreshMs,
  });
}

/** Payments that wait for a person: raised by the server, or found paid and not yet seen. */
export function useAttention(refreshMs: number | false) {
  return useQuery({
    queryKey: ["attention"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/attention", { signal }))),
    refetchInterval: refreshMs,
  });
}

/** A till's data, for wallet names and the printer. An account without any till has none and asks for none. */
export function useTillInfo(me: Me) {
  const till = me.till?.id ?? me.tills[0]?.id;
  return useQuery({
    queryKey: ["till", till],
    enabled: till !== undefined,
    queryFn: ({ signal }) => {
      const query = me.till || !till ? {} : { till };
      return orThrow(settle(client.GET("/v1/till", { params: { query }, signal })));
    },
    retry: false,
    staleTime: 300_000,
  });
}

type Page = { items: Payment[]; next?: string | null };

/** Puts a payment's newer version wherever it is shown, and asks again for what is computed from it. */
export function takeIn(payment: Payment): void {
  const newer = (known: Payment) => (known.id === payment.id && known.version <= payment.version ? payment : known);
  queryClient.setQueryData<Payment>(["payment", payment.id], (known) => (known ? newer(known) : payment));
  queryClient.setQueriesData<InfiniteData<Page>>({ queryKey: ["payments"] }, (data) =>
    data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(newer) })) },
  );
  queryClient.setQueryData<Page>(["latest"], (page) => page && { ...page, items: latestWith(page.items, payment) });
  queryClient.setQueryData<Page>(["attention"], (page) => page && { ...page, items: attentionWith(page.items, payment) });
  void queryClient.invalidateQueries({ queryKey: ["timeline", payment.id] });
  renewSums();
}

/** The live list after this news: in its place if known, in front if new, never longer than it was meant to be. */
export function latestWith(items: readonly Payment[], payment: Payment): Payment[] {
  const known = items.find(({ id }) => id === payment.id);
  if (known) return items.map((item) => (item.id === payment.id && item.version <= payment.version ? payment : item));
  return [payment, ...items].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)).slice(0, 12);
}

/** What waits for a person after this news. */
export function attentionWith(items: readonly Payment[], payment: Payment): Payment[] {
  const others = items.filter(({ id }) => id !== payment.id);
  const waits = payment.escalated || isToBeSeen(payment);
  return waits ? [payment, ...others] : others;
}

let renewal: ReturnType<typeof setTimeout> | undefined;

/** A rush of news renews the sums and lists once. */
function renewSums(): void {
  renewal ??= setTimeout(() => {
    renewal = undefined;
    void queryClient.invalidateQueries({ queryKey: ["day"] });
    void queryClient.invalidateQueries({ queryKey: ["payments"], refetchType: "active" });
  }, 1500);
}
