// Which ways to be paid are down, as the server saw them in its last exchanges with the providers.
import { useCallback, useEffect, useMemo, useState } from "react";
import { client } from "../shared/api/client";
import type { Health, Text, TillInfo } from "../shared/api/types";

export interface DownWay {
  wallet: string;
  label: Text;
  /** Since when; nothing if the server did not say. */
  since: string | null;
}

export interface Ways {
  down: readonly DownWay[];
  /** The server itself does not answer, or says that it cannot take money. */
  serverAway: boolean;
  /** Asks now. */
  look: () => void;
}

const EVERY_MS = 10_000;
/** What was seen longer ago says nothing about now. */
const GOOD_FOR_MS = 5 * 60_000;

/** `blind`: the till's own device knows that the server is out of reach. */
export function useWays(info: TillInfo, blind: boolean): Ways {
  const [health, setHealth] = useState<Health | null>(null);
  const [away, setAway] = useState(false);
  const look = useCallback(async () => {
    try {
      // A server that cannot take money says so with 503 and the same content.
      const { data, error } = await client.GET("/v1/health");
      const told = data ?? (error as Health | undefined);
      setHealth(told?.providers ? told : null);
      setAway(told?.status === "degraded");
    } catch {
      setAway(true);
    }
  }, []);
  const lookNow = useCallback(() => void look(), [look]);
  useEffect(() => {
    lookNow();
    const timer = setInterval(lookNow, EVERY_MS);
    window.addEventListener("offline", lookNow);
    window.addEventListener("online", lookNow);
    return () => {
      clearInterval(timer);
      window.removeEventListener("offline", lookNow);
      window.removeEventListener("online", lookNow);
    };
  }, [lookNow]);
  const serverAway = away || blind;
  return useMemo(
    () => ({ down: serverAway || !health ? [] : downWays(info.methods, health.providers, Date.now()), serverAway, look: lookNow }),
    [info.methods, health, serverAway, lookNow],
  );
}

/** The wallets that no channel serves now. One exchange that went wrong is no verdict; two in a row are. */
export function downWays(methods: TillInfo["methods"], providers: Health["providers"], now: number): DownWay[] {
  const broken = (channel: string) => {
    const seen = providers.find((provider) => provider.channel === channel);
    if (!seen?.since || !seen.checked_at || seen.state === "answering" || seen.state === "unknown") return null;
    const [since, checked] = [Date.parse(seen.since), Date.parse(seen.checked_at)];
    return checked > since && now - checked < GOOD_FOR_MS ? seen : null;
  };
  const wallets = [...new Set(methods.map(({ wallet }) => wallet))];
  return wallets.flatMap((wallet) => {
    const ways = methods.filter((method) => method.wallet === wallet);
    const found = ways.map(({ channel }) => broken(channel));
    const [first] = ways;
    if (!first || found.some((one) => one === null)) return [];
    return [{ wallet, label: first.label, since: found[0]?.since ?? null }];
  });
}
