// A till's devices as the console asks for them.
import { useQuery } from "@tanstack/react-query";
import { client, settle } from "../shared/api/client";
import type { TillDevices } from "../shared/api/types";
import { orThrow, queryClient } from "./queries";

/** Devices beat every few seconds; what the page shows should not be much older. */
const EVERY_MS = 5000;

export function useDevices(till: string) {
  return useQuery({
    queryKey: ["devices", till],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/tills/{till}/agents", { params: { path: { till } }, signal }))),
    refetchInterval: EVERY_MS,
  });
}

export function takeInDevices(till: string, devices: TillDevices): void {
  queryClient.setQueryData(["devices", till], devices);
}

export function renewDevices(till: string): void {
  void queryClient.invalidateQueries({ queryKey: ["devices", till] });
}
