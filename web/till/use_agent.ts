// The till's own device: what it says of itself, asked every few seconds. On the server's pages there is none.
import { useCallback, useEffect, useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Agent } from "../shared/api/types";

const EVERY_MS = 2000;

export interface AgentState {
  /** Nothing until it has answered for the first time. */
  agent: Agent | null;
  look: () => Promise<void>;
}

export function useAgent(): AgentState {
  const [agent, setAgent] = useState<Agent | null>(null);
  const look = useCallback(async () => {
    const outcome = await settle(client.GET("/v1/agent"));
    if (outcome.ok) setAgent(outcome.data);
  }, []);
  const isServer = agent?.standing === "server";
  useEffect(() => {
    if (isServer) return;
    void look();
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(timer);
  }, [isServer, look]);
  return { agent, look };
}
