// Giving money back: how much, what it does, and never twice.
import { useState, type FormEvent } from "react";
import { client, settle } from "../shared/api/client";
import type { Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { amountEntry, currencySign, formatAmount, parseAmount } from "../shared/money";
import { isByHand, newKey, type Journal } from "../shared/journal";
import { Dialog } from "./dialog";
import { ladderTexts } from "./ladder_texts";
import { tillTexts } from "./texts";

interface RefundProps {
  payment: Payment;
  journal: Journal;
  onClose: () => void;
  onRefunded: (payment: Payment) => void;
}

export function RefundDialog({ payment, journal, onClose, onRefunded }: RefundProps) {
  const t = useTranslate(tillTexts);
  const ladder = useTranslate(ladderTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const { currency } = payment.refundable;
  const [entry, setEntry] = useState(() => amountEntry(payment.refundable));
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  const parsed = parseAmount(entry, currency);
  const tooMuch = parsed.ok && parsed.minor > payment.refundable.amount;
  const left = formatAmount(payment.refundable, language);
  const amount = parsed.ok && !tooMuch ? { amount: parsed.minor, currency } : null;
  const shown = amount ? formatAmount(amount, language) : null;
  // No provider moved this money, so it goes back over the counter.
  const inCash = isByHand(payment);

  async function refund(event: FormEvent) {
    event.preventDefault();
    if (!amount) return;
    setBusy(true);
    setComplaint(null);
    const intent = journal.refundIntent(payment.id, amount.amount, currency, newKey);
    const outcome = await settle<Payment>(
      client.POST("/v1/payments/{id}/refunds", {
        params: { path: { id: payment.id }, header: { "Idempotency-Key": intent.key } },
        body: { amount, ...(inCash && { way: "cash" as const }) },
        keepalive: true,
      }),
    );
    setBusy(false);
    const definite = outcome.ok || outcome.failure.kind === "refused";
    if (definite) journal.refundSettled(intent.key);
    if (outcome.ok) {
      onRefunded(outcome.data);
      onClose();
    } else {
      setComplaint(definite ? failureText(outcome.failure) : t("refund.unsure"));
    }
  }

  return (
    <Dialog title={t("refund.title")} onClose={onClose}>
      <form className="refund-form" onSubmit={(event) => void refund(event)}>
        <h2>{t("refund.title")}</h2>
        <label className="field">
          {t("refund.amount")}
          <span className="refund-entry">
            <span aria-hidden="true">{currencySign(currency, language)}</span>
            <input
              value={entry}
              inputMode="decimal"
              autoComplete="off"
              data-first-focus
              onFocus={(event) => event.target.select()}
              onChange={(event) => setEntry(event.target.value)}
            />
          </span>
          <small className={tooMuch ? "is-bad" : ""}>
            {tooMuch ? t("refund.too_much", { amount: left }) : t("refund.left", { amount: left })}
          </small>
        </label>
        {shown && (
          <p className="notice notice-warn">
            {inCash
              ? ladder("refund.cash_meaning", { amount: shown })
              : t("refund.meaning", { amount: shown, wallet: pick(payment.wallet_label) })}
          </p>
        )}
        {complaint && (
          <p className="notice notice-bad" role="alert">
            {complaint}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t("refund.no")} <kbd>Esc</kbd>
          </button>
          <button type="submit" className="button button-danger" disabled={busy || !amount}>
            {busy
              ? t("refund.busy")
              : inCash
                ? ladder("refund.cash_yes", { amount: shown ?? "" })
                : t("refund.yes", { amount: shown ?? "" })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
