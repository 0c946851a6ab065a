// The numbers and codes behind a payment: for reading out to support, kept out of the way otherwise.
import type { Payment } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { dayAndClock } from "../shared/time";
import { tillTexts } from "./texts";

export function PaymentFacts({ payment, title }: { payment: Payment; title?: string | undefined }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const provider = [payment.provider_code, payment.provider_message].filter(Boolean).join(" · ");
  const rows: [string, string | null][] = [
    [t("detail.order_no"), payment.order_no],
    [t("detail.transaction"), payment.provider_transaction],
    [t("detail.time"), dayAndClock(payment.created_at, language)],
    [t("detail.method"), `${pick(payment.wallet_label)} · ${shared(`method.${payment.method}`)}`],
    [t("detail.installments"), payment.installments ? pick(payment.installments.text) : null],
    [t("detail.tendered"), payment.cash ? formatAmount(payment.cash.tendered, language) : null],
    [t("detail.seen"), payment.record ? [payment.record.seen, payment.record.digits].filter(Boolean).join(" · ") : null],
    [t("detail.code"), payment.code_hint],
    [t("detail.cashier"), payment.cashier],
    [t("detail.reference"), payment.reference],
    [t("detail.reason"), payment.reason],
    [t("detail.provider_code"), provider || null],
  ];
  return (
    <section className="facts">
      {title && <h2>{title}</h2>}
      <dl>
        {rows.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
