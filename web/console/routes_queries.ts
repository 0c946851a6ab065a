// The ways to the wallets as the console asks for them, and a person's word about one of them.
import { useQuery } from "@tanstack/react-query";
import { client, settle, type Outcome } from "../shared/api/client";
import type { RouteList } from "../shared/api/types";
import { orThrow, queryClient } from "./queries";

/** A channel goes out of use within seconds; the page should not be much behind. */
const SOON_MS = 3_000;

export function useRoutes() {
  return useQuery({
    queryKey: ["routes"],
    queryFn: ({ signal }) => orThrow(settle<RouteList>(client.GET("/v1/routes", { signal }))),
    refetchInterval: SOON_MS,
  });
}

export type Word = "pin" | "shut";

/** Pins or shuts a channel, for so many minutes or until it is taken back. */
export async function order(wallet: string, channel: string, word: Word, minutes: number | null): Promise<Outcome<RouteList>> {
  const params = { path: { wallet, channel } };
  const body = minutes === null ? {} : { minutes };
  const asked =
    word === "pin"
      ? client.POST("/v1/routes/{wallet}/{channel}/pin", { params, body })
      : client.POST("/v1/routes/{wallet}/{channel}/shut", { params, body });
  return takenIn(await settle<RouteList>(asked));
}

/** Takes back what was ordered. */
export async function release(wallet: string, channel: string): Promise<Outcome<RouteList>> {
  return takenIn(await settle<RouteList>(client.POST("/v1/routes/{wallet}/{channel}/release", { params: { path: { wallet, channel } } })));
}

function takenIn(outcome: Outcome<RouteList>): Outcome<RouteList> {
  if (outcome.ok) queryClient.setQueryData(["routes"], outcome.data);
  else void queryClient.invalidateQueries({ queryKey: ["routes"] });
  return outcome;
}
