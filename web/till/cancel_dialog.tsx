// Canceling a sale that has not ended, or a record by hand: says what happens to money before it does it.
import { useState } from "react";
import type { Outcome } from "../shared/api/client";
import type { Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { Dialog } from "./dialog";
import { ladderTexts } from "./ladder_texts";
import { tillTexts } from "./texts";

interface CancelProps {
  payment: Payment;
  cancel: () => Promise<Outcome<Payment>>;
  onClose: () => void;
  onNote: (note: string) => void;
}

export function CancelDialog({ payment, cancel, onClose, onNote }: CancelProps) {
  const t = useTranslate(tillTexts);
  const ladder = useTranslate(ladderTexts);
  const failureText = useFailureText();
  const { language } = useLanguage();
  const [busy, setBusy] = useState(false);
  const recorded = payment.money === "recorded";
  const amount = formatAmount(payment.amount, language);
  const title = recorded ? ladder("record.cancel_title", { amount }) : t("cancel.title", { amount });

  async function confirmed() {
    setBusy(true);
    const outcome = await cancel();
    if (!outcome.ok) onNote(failureText(outcome.failure));
    onClose();
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <h2>{title}</h2>
      <p>{recorded ? ladder("record.cancel_meaning") : t("cancel.meaning")}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {recorded ? ladder("record.cancel_no") : t("cancel.no")} <kbd>Esc</kbd>
        </button>
        <button type="button" className="button button-danger" disabled={busy} data-first-focus onClick={() => void confirmed()}>
          {busy ? t("cancel.busy") : recorded ? ladder("record.cancel") : t("cancel.yes")} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}
