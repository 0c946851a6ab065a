// The sale that a payment is a part of: what it comes to, each payment of it, and giving it back as it came.
import { App, Button, Input, Modal } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Me, Payment, Sale } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { Journal, newKey } from "../shared/journal";
import { amountEntry, currencySign, formatAmount, parseAmount } from "../shared/money";
import { MoneyMark } from "../shared/ui/money_mark";
import { orThrow, takeIn } from "./queries";
import { goesBackInCash } from "./refund_modal";
import { address, Link } from "./router";
import { sharesOf } from "./sale_shares";
import { saleTexts } from "./sale_texts";
import { consoleTexts } from "./texts";

/** Nothing for a payment that pays its sale alone at the first try. */
export function SaleSection({ payment, me }: { payment: Payment; me: Me }) {
  const part = payment.part;
  const id = part?.sale ?? "";
  const asked = useQuery({
    queryKey: ["sale", id, payment.version],
    enabled: id !== "",
    queryFn: () => orThrow(settle(client.GET("/v1/sales/{id}", { params: { path: { id } } }))),
  });
  const sale = asked.data;
  if (!sale || sale.payments.length < 2) return null;
  return <SaleStory sale={sale} shown={payment.id} mayRefund={me.permissions.includes("refund")} onRefunded={() => void asked.refetch()} />;
}

function SaleStory({ sale, shown, mayRefund, onRefunded }: { sale: Sale; shown: string; mayRefund: boolean; onRefunded: () => void }) {
  const t = useTranslate(saleTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const [refunding, setRefunding] = useState(false);
  return (
    <section className="sale-section">
      <h3>
        {t("sale.title")} {sale.note && <span className="quiet">{sale.note}</span>}
      </h3>
      <p>
        <b>{pick(sale.explain.headline)}</b> <span className="quiet">{pick(sale.explain.detail)}</span>
      </p>
      <ol className="sale-parts">
        {sale.payments.map((part) => (
          <li key={part.id} aria-current={part.id === shown}>
            <MoneyMark money={part.money} size="1.2rem" />
            <span>
              {part.id === shown ? (
                t("sale.this")
              ) : (
                <Link href={address(`payments/${part.id}`)}>{t("sale.part", { number: part.part?.number ?? 0 })}</Link>
              )}{" "}
              · {pick(part.wallet_label)} · {shared(`money.${part.money}`)}
            </span>
            <b className="number">{formatAmount(part.paid ?? part.amount, language)}</b>
          </li>
        ))}
      </ol>
      {sale.refundable.amount > 0 && mayRefund && <Button onClick={() => setRefunding(true)}>{t("sale.refund")}</Button>}
      {refunding && <SaleRefund sale={sale} onClose={() => setRefunding(false)} onRefunded={onRefunded} />}
    </section>
  );
}

function SaleRefund({ sale, onClose, onRefunded }: { sale: Sale; onClose: () => void; onRefunded: () => void }) {
  const t = useTranslate(consoleTexts);
  const ts = useTranslate(saleTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const { message } = App.useApp();
  const { currency } = sale.refundable;
  const [entry, setEntry] = useState(() => amountEntry(sale.over.amount > 0 ? sale.over : sale.refundable));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const parsed = parseAmount(entry, currency);
  const amount = parsed.ok && parsed.minor <= sale.refundable.amount ? { amount: parsed.minor, currency } : null;
  const shown = amount ? formatAmount(amount, language) : "";
  const left = formatAmount(sale.refundable, language);

  async function refund() {
    if (!amount) return;
    setBusy(true);
    setComplaint(null);
    const journal = new Journal(localStorage);
    const intent = journal.refundIntent(sale.id, amount.amount, currency, newKey);
    const outcome = await settle<Sale>(
      client.POST("/v1/sales/{id}/refunds", {
        params: { path: { id: sale.id }, header: { "Idempotency-Key": intent.key } },
        body: { amount, ...(reason.trim() && { reason: reason.trim() }) },
      }),
    );
    setBusy(false);
    const definite = outcome.ok || outcome.failure.kind === "refused";
    if (definite) journal.refundSettled(intent.key);
    if (!outcome.ok) return setComplaint(definite ? failureText(outcome.failure) : t("refund.unsure"));
    outcome.data.payments.forEach(takeIn);
    void message.success(t("refund.sent", { amount: shown }));
    onRefunded();
    onClose();
  }

  return (
    <Modal
      open
      title={ts("sale.refund_title")}
      okText={amount ? t("refund.yes", { amount: shown }) : t("refund.title")}
      okButtonProps={{ danger: true, disabled: !amount, loading: busy }}
      cancelText={t("refund.no")}
      onOk={() => void refund()}
      onCancel={onClose}
    >
      <div className="refund-fields">
        <label>
          {t("refund.amount")}
          <Input
            size="large"
            prefix={currencySign(currency, language)}
            value={entry}
            inputMode="decimal"
            status={amount ? "" : "error"}
            onChange={(event) => setEntry(event.target.value)}
            onPressEnter={() => void refund()}
          />
        </label>
        <p className={amount ? "quiet" : "complaint"}>
          {amount ? t("refund.left", { amount: left }) : t("refund.invalid", { amount: left })}
        </p>
        <label>
          {t("refund.reason")}
          <Input value={reason} maxLength={80} onChange={(event) => setReason(event.target.value)} />
        </label>
        {amount && (
          <div className="notice notice-warn">
            <p>{ts("sale.refund_meaning")}</p>
            <ul>
              {sharesOf(sale.payments, amount.amount).map(({ payment, minor }) => (
                <li key={payment.id}>
                  {ts("sale.refund_plan", {
                    amount: formatAmount({ amount: minor, currency }, language),
                    method: goesBackInCash(payment) ? ts("sale.refund_cash") : pick(payment.wallet_label),
                  })}
                </li>
              ))}
            </ul>
          </div>
        )}
        {complaint && (
          <p className="notice notice-bad" role="alert">
            {complaint}
          </p>
        )}
      </div>
    </Modal>
  );
}
