// Alarms and told systems as the console asks for them, and what is asked anew after a change.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { client, settle } from "../shared/api/client";
import { orThrow, queryClient } from "./queries";

/** Messages go out within a second; what the page shows should not be much older. */
const SOON_MS = 3_000;
const LATER_MS = 30_000;

/** What the merchant must know; those who may not see it ask for nothing. */
export function useAlarms({ mayAsk = true, every = LATER_MS } = {}) {
  return useQuery({
    queryKey: ["alarms"],
    enabled: mayAsk,
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/alarms", { signal }))),
    refetchInterval: every,
  });
}

export function useWebhooks() {
  return useQuery({
    queryKey: ["webhooks"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/webhooks", { signal }))),
    refetchInterval: SOON_MS,
  });
}

const PAGE = 30;

/** A system's messages in this state, or all of them, newest first. */
export function useMessages(id: string, state: string) {
  return useInfiniteQuery({
    queryKey: ["webhook-messages", id, state],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(state && { state }), ...(pageParam > 0 && { before: pageParam }) };
      return orThrow(settle(client.GET("/v1/webhooks/{id}/messages", { params: { path: { id }, query }, signal })));
    },
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: SOON_MS,
  });
}

/** A system, or what is to be sent to it, changed. */
export function renewWebhooks(): void {
  for (const key of ["webhooks", "webhook-messages"]) void queryClient.invalidateQueries({ queryKey: [key] });
}

/** A system was removed: nothing is asked about it any more. */
export function forgetWebhook(id: string): void {
  queryClient.removeQueries({ queryKey: ["webhook-messages", id] });
  void queryClient.invalidateQueries({ queryKey: ["webhooks"] });
}

export function renewAlarms(): void {
  void queryClient.invalidateQueries({ queryKey: ["alarms"] });
}
