// Days held against bills and their differences, as the console asks for them.
import { useQuery } from "@tanstack/react-query";
import { client, settle } from "../shared/api/client";
import { orThrow, queryClient } from "./queries";

/** While a bill is being read or a provider asked, the page looks again so often, in milliseconds. */
const SOON = 3_000;
const LATER = 30_000;

export function useReconcileDays() {
  return useQuery({
    queryKey: ["reconcile", "days"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/reconcile/days", { signal }))),
    refetchInterval: (query) => (query.state.data?.days.some((day) => day.state === "running") ? SOON : LATER),
  });
}

export function useDifferences(channel: string, day: string) {
  return useQuery({
    queryKey: ["reconcile", "differences", channel, day],
    queryFn: ({ signal }) =>
      orThrow(
        settle(
          client.GET("/v1/reconcile/differences", {
            params: { query: channel ? { channel, day } : {} },
            signal,
          }),
        ),
      ),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === "asking") ? SOON : LATER),
  });
}

export function useDifference(channel: string, day: string, key: string) {
  return useQuery({
    queryKey: ["reconcile", "difference", channel, day, key],
    queryFn: ({ signal }) =>
      orThrow(settle(client.GET("/v1/reconcile/difference", { params: { query: { channel, day, key } }, signal }))),
  });
}

/** A bill is being read, or something was done about a difference. */
export function renewReconcile(): void {
  void queryClient.invalidateQueries({ queryKey: ["reconcile"] });
}
