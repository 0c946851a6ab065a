// Cancelling a sale that has not ended: says what happens to money before it does it.
import { useState } from "react";
import type { Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import type { Desk } from "./desk";
import { Dialog } from "./dialog";
import { tillTexts } from "./texts";

export function CancelDialog(props: { payment: Payment; desk: Desk; onClose: () => void; onNote: (note: string) => void }) {
  const { payment, desk, onClose, onNote } = props;
  const t = useTranslate(tillTexts);
  const failureText = useFailureText();
  const { language } = useLanguage();
  const [busy, setBusy] = useState(false);
  const title = t("cancel.title", { amount: formatAmount(payment.amount, language) });

  async function cancel() {
    setBusy(true);
    const outcome = await desk.cancel(payment.id);
    if (!outcome.ok) onNote(failureText(outcome.failure));
    onClose();
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <h2>{title}</h2>
      <p>{t("cancel.meaning")}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t("cancel.no")} <kbd>Esc</kbd>
        </button>
        <button type="button" className="button button-danger" disabled={busy} data-first-focus onClick={() => void cancel()}>
          {busy ? t("cancel.busy") : t("cancel.yes")} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}
