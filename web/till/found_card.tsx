// Money that was found after the till had lost sight of it: what, which sale, and one button that says "seen".
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { clock, dayAndClock, storeDate } from "../shared/time";
import { MoneyMark } from "../shared/ui/money_mark";
import { ladderTexts } from "./ladder_texts";
import type { FoundPayments } from "./use_found";

export function FoundCard({ found }: { found: FoundPayments }) {
  const t = useTranslate(ladderTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const [payment] = found.items;
  if (!payment) return null;
  const today = storeDate(payment.created_at) === storeDate(Date.now());
  return (
    <section className={`found-card tone-${payment.money}`} aria-label={t("found.label")}>
      <MoneyMark money={payment.money} size="2.6rem" />
      <div role="alert">
        <p className="found-what">
          {formatAmount(payment.paid ?? payment.amount, language)} {shared(`money.${payment.money}`)}
          <span>
            {pick(payment.wallet_label)} · {today ? clock(payment.created_at) : dayAndClock(payment.created_at, language)}
          </span>
        </p>
        {payment.found && <p>{pick(payment.found.text)}</p>}
        {found.failure && <p className="found-complaint">{failureText(found.failure)}</p>}
      </div>
      {found.items.length > 1 && <p className="found-more">{t("found.more", { count: found.items.length - 1 })}</p>}
      <button type="button" className="button" disabled={found.busy} onClick={found.acknowledge}>
        {t("found.seen")} <kbd>F1</kbd>
      </button>
    </section>
  );
}
