// The e-receipt: one page, no login, no tracking.
import { useEffect, useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { PublicReceipt } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { clockWithSeconds, storeDate } from "../shared/time";
import { MoneyMark } from "../shared/ui/money_mark";
import { Qr } from "../shared/ui/qr";
import { PageFrame } from "./page_frame";
import { publicTexts } from "./texts";

export function Receipt({ token }: { token: string }) {
  const shared = useTranslate(sharedTexts);
  const [receipt, setReceipt] = useState<PublicReceipt | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    void settle(client.GET("/v1/receipts/{token}", { params: { path: { token } } })).then((outcome) => {
      if (outcome.ok) setReceipt(outcome.data);
      else setFailure(outcome.failure);
    });
  }, [token]);
  return (
    <PageFrame narrow>
      {receipt ? <Slip receipt={receipt} /> : failure ? <Missing failure={failure} /> : <p>{shared("loading")}</p>}
    </PageFrame>
  );
}

function Slip({ receipt }: { receipt: PublicReceipt }) {
  const t = useTranslate(publicTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const { payment } = receipt;
  const money = payment.state;
  const rows: [string, string][] = [
    [t("receipt.store"), receipt.store],
    [t("receipt.method"), pick(payment.wallet_label)],
    [t("receipt.time"), `${storeDate(payment.time)} ${clockWithSeconds(payment.time)}`],
    [t("receipt.order"), payment.order_no],
  ];
  return (
    <article className="slip">
      <h1>{receipt.merchant}</h1>
      <p className={`slip-state ink-${money}`}>
        <MoneyMark money={money} size="1.4rem" /> {pick(payment.state_label)}
      </p>
      <p className="slip-amount">{formatAmount(payment.amount, language)}</p>
      {payment.refunded.amount > 0 && (
        <p className="slip-refunded">{t("receipt.refunded", { amount: formatAmount(payment.refunded, language) })}</p>
      )}
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <figure>
        <Qr content={payment.order_no} label={t("receipt.qr")} />
        <figcaption>{t("receipt.refund_help")}</figcaption>
      </figure>
      <button type="button" className="button no-print" onClick={() => print()}>
        {t("receipt.print")}
      </button>
    </article>
  );
}

function Missing({ failure }: { failure: Failure }) {
  const t = useTranslate(publicTexts);
  const failureText = useFailureText();
  const missing = failure.kind === "refused" && failure.code === "no_such_receipt";
  return (
    <article className="slip">
      <h1>{missing ? t("receipt.missing") : failureText(failure)}</h1>
      {missing && <p>{t("receipt.missing_hint")}</p>}
    </article>
  );
}
