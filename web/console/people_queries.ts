// People and keys as the console asks for them, and what is asked anew after a change.
import { useQuery } from "@tanstack/react-query";
import { client, settle } from "../shared/api/client";
import { orThrow, queryClient } from "./queries";

export type Kind = "people" | "keys";

export function usePeople() {
  return useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/people", { signal }))),
  });
}

export function useKeys() {
  return useQuery({
    queryKey: ["keys"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/api-keys", { signal }))),
  });
}

export function useStory(kind: Kind, id: string) {
  return useQuery({
    queryKey: ["story", id],
    queryFn: ({ signal }) => {
      const options = { params: { path: { id } }, signal };
      const call = kind === "people" ? client.GET("/v1/people/{id}/story", options) : client.GET("/v1/api-keys/{id}/story", options);
      return orThrow(settle(call));
    },
  });
}

/** Everything that was changed, by whom. */
export function useChanges() {
  return useQuery({
    queryKey: ["story", "all"],
    queryFn: ({ signal }) => orThrow(settle(client.GET("/v1/changes", { signal }))),
  });
}

/** Somebody was let in, changed or shut out. */
export function renewPeople(): void {
  for (const key of ["people", "keys", "story"]) void queryClient.invalidateQueries({ queryKey: [key] });
}
