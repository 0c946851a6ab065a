// A payment's money state in a list: shape, word, color.
import type { Payment } from "../shared/api/types";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { MoneyMark } from "../shared/ui/money_mark";
import { consoleTexts } from "./texts";

export function MoneyTag({ payment }: { payment: Payment }) {
  const t = useTranslate(consoleTexts);
  const shared = useTranslate(sharedTexts);
  const { language } = useLanguage();
  return (
    <span className={`money-tag money-tag-${payment.money}`}>
      <MoneyMark money={payment.money} />
      {shared(`money.${payment.money}`)}
      {payment.refunded.amount > 0 && payment.money === "paid" && (
        <em>{t("refunded.mark", { amount: formatAmount(payment.refunded, language) })}</em>
      )}
    </span>
  );
}
