// A page that holds one message instead of the counter: what is asked or wrong, and what to do.
import type { ReactNode } from "react";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { Wordmark } from "../shared/ui/wordmark";
import { tillTexts } from "./texts";

export function MessagePage({ className = "", children }: { className?: string; children: ReactNode }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  return (
    <main className={`page-message ${className}`}>
      <div className="message-card">
        <Wordmark label={`${shared("product")} ${t("place")}`} />
        {children}
      </div>
    </main>
  );
}
