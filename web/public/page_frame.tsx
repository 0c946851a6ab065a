// The quiet frame around every public page.
import type { ReactNode } from "react";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { LanguageButton } from "../shared/ui/language_button";
import { Wordmark } from "../shared/ui/wordmark";

export function PageFrame({ children, narrow }: { children: ReactNode; narrow?: boolean }) {
  const shared = useTranslate(sharedTexts);
  return (
    <div className={narrow ? "public public-narrow" : "public"}>
      <header className="public-head">
        <a href="/" className="plain">
          <Wordmark label={shared("product")} />
        </a>
        <LanguageButton />
      </header>
      <main>{children}</main>
    </div>
  );
}
