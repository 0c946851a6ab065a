// What a demo shop offers; a shop that takes real money offers nothing here.
import { useEffect, useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Demo } from "../shared/api/types";

export type DemoState = { name: "asking" } | { name: "demo"; demo: Demo } | { name: "real" };

export function useDemo(): DemoState {
  const [state, setState] = useState<DemoState>({ name: "asking" });
  useEffect(() => {
    void settle(client.GET("/v1/demo")).then((outcome) => {
      setState(outcome.ok ? { name: "demo", demo: outcome.data } : { name: "real" });
    });
  }, []);
  return state;
}
