// The sentence for a call that gave no data.
import { useCallback } from "react";
import type { Failure } from "../api/client";
import type { Text } from "../api/types";
import { fill } from "./dictionary";
import { usePick } from "./language";
import { sharedTexts } from "./shared_texts";

export function failureText(failure: Failure): Text {
  if (failure.kind === "refused") return failure.text;
  if (failure.kind === "unreachable") return sharedTexts["failure.unreachable"];
  const { zh, en } = sharedTexts["failure.broken"];
  return { zh: fill(zh, { status: failure.status }), en: fill(en, { status: failure.status }) };
}

export function useFailureText(): (failure: Failure) => string {
  const pick = usePick();
  return useCallback((failure: Failure) => pick(failureText(failure)), [pick]);
}
