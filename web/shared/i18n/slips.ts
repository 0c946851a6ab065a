// What became of a paper slip, in words.
import { useCallback } from "react";
import { useTranslate } from "./language";
import { sharedTexts } from "./shared_texts";

const STATES = ["none", "queued", "sent", "printed", "unknown", "held"] as const;

/** A state this page does not know yet reads as "unknown": look at the printer. */
export function useSlipText(): (state: string) => string {
  const t = useTranslate(sharedTexts);
  return useCallback((state: string) => t(`printed.${STATES.find((known) => known === state) ?? "unknown"}`), [t]);
}
