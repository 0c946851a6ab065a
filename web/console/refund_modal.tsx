// A refund from the console: says what happens to money, and repeats itself safely when the answer is lost.
import { App, Input, Modal } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { amountEntry, currencySign, formatAmount, parseAmount } from "../shared/money";
import { isByHand, Journal, newKey } from "../shared/journal";
import { decisionTexts } from "./decision_texts";
import { takeIn } from "./queries";
import { consoleTexts } from "./texts";

export function RefundModal({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const t = useTranslate(consoleTexts);
  const td = useTranslate(decisionTexts);
  const inCash = goesBackInCash(payment);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const { message } = App.useApp();
  const { currency } = payment.refundable;
  const [entry, setEntry] = useState(() => amountEntry(payment.refundable));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  const left = formatAmount(payment.refundable, language);
  const parsed = parseAmount(entry, currency);
  const amount = parsed.ok && parsed.minor <= payment.refundable.amount ? { amount: parsed.minor, currency } : null;
  const shown = amount ? formatAmount(amount, language) : "";

  async function refund() {
    if (!amount) return;
    setBusy(true);
    setComplaint(null);
    const journal = new Journal(localStorage);
    const intent = journal.refundIntent(payment.id, amount.amount, currency, newKey);
    const outcome = await settle<Payment>(
      client.POST("/v1/payments/{id}/refunds", {
        params: { path: { id: payment.id }, header: { "Idempotency-Key": intent.key } },
        body: { amount, ...(inCash && { way: "cash" as const }), ...(reason.trim() && { reason: reason.trim() }) },
      }),
    );
    setBusy(false);
    const definite = outcome.ok || outcome.failure.kind === "refused";
    if (definite) journal.refundSettled(intent.key);
    if (!outcome.ok) return setComplaint(definite ? failureText(outcome.failure) : t("refund.unsure"));
    takeIn(outcome.data);
    void message.success(t("refund.sent", { amount: shown }));
    onClose();
  }

  return (
    <Modal
      open
      title={inCash ? td("refund.cash_open") : t("refund.title")}
      okText={!amount ? t("refund.title") : inCash ? td("refund.cash_yes", { amount: shown }) : t("refund.yes", { amount: shown })}
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
          <p className="notice notice-warn">
            {inCash
              ? td("refund.cash_meaning", { amount: shown })
              : t("refund.meaning", { amount: shown, wallet: pick(payment.wallet_label) })}
          </p>
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

/** No provider can return this money: none moved it, or the one that did has refused. */
export function goesBackInCash(payment: Payment): boolean {
  return isByHand(payment) || payment.owed_back;
}
