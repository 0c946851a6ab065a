// Whether the window is a phone's: lists become cards, drawers fill the screen.
import { useSyncExternalStore } from "react";

const QUERY = "(max-width: 46rem)";

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches);
}

function subscribe(listener: () => void): () => void {
  const media = matchMedia(QUERY);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}
