// Asking for another paper slip of a payment.
import { useCallback } from "react";
import { client, settle } from "../shared/api/client";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { tillTexts } from "./texts";

export function useReprint(id: string, say: (note: string) => void): () => Promise<void> {
  const t = useTranslate(tillTexts);
  const failureText = useFailureText();
  return useCallback(async () => {
    const outcome = await settle(client.POST("/v1/payments/{id}/print", { params: { path: { id } } }));
    say(outcome.ok ? t("reprint.sent") : failureText(outcome.failure));
  }, [id, say, t, failureText]);
}
