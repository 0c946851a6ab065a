// Cash: what the customer handed over, what goes back, and one button that says both.
import { useState, type FormEvent } from "react";
import type { Amount } from "../shared/api/types";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { amountEntry, currencySign, formatAmount, likelyTendered, parseAmount, typeAmountKey } from "../shared/money";
import { Dialog } from "./dialog";
import { ladderTexts } from "./ladder_texts";
import { Pad } from "./pad";

interface CashProps {
  due: Amount;
  onClose: () => void;
  /** What was handed over, in minor units. */
  onTaken: (tendered: number) => void;
}

export function CashDialog({ due, onClose, onTaken }: CashProps) {
  const t = useTranslate(ladderTexts);
  const { language } = useLanguage();
  // Nothing typed means the exact amount, so that the commonest case is one key.
  const [entry, setEntry] = useState("");
  const { currency } = due;
  const parsed = entry === "" ? { ok: true as const, minor: due.amount } : parseAmount(entry, currency);
  const tendered = parsed.ok ? parsed.minor : 0;
  const change = tendered - due.amount;
  const enough = parsed.ok && change >= 0;
  const money = (amount: number) => formatAmount({ amount, currency }, language);

  function take(event: FormEvent) {
    event.preventDefault();
    if (enough) onTaken(tendered);
  }

  return (
    <Dialog title={t("cash.title")} onClose={onClose}>
      <form className="cash-form" onSubmit={take}>
        <div className="cash-due">
          <h2>{t("cash.title")}</h2>
          <p>
            {t("cash.due")} <b>{money(due.amount)}</b>
          </p>
        </div>
        <label className="field">
          {t("cash.tendered")}
          <span className="refund-entry">
            <span aria-hidden="true">{currencySign(currency, language)}</span>
            <input
              value={entry}
              placeholder={amountEntry(due)}
              inputMode="none"
              autoComplete="off"
              data-first-focus
              onChange={(event) => setEntry(event.target.value.replace(/[^\d.]/g, ""))}
            />
          </span>
        </label>
        <div className="cash-likely">
          {likelyTendered(due).map((minor) => (
            <button
              key={minor}
              type="button"
              className="button"
              aria-pressed={minor === tendered}
              onClick={() => setEntry(minor === due.amount ? "" : amountEntry({ amount: minor, currency }))}
            >
              {minor === due.amount ? t("cash.exact", { amount: money(minor) }) : money(minor)}
            </button>
          ))}
        </div>
        <Pad onKey={(key) => setEntry(typeAmountKey(entry, key, currency))} />
        <p className={`cash-change ${enough ? "" : "is-bad"}`} role="status">
          {!parsed.ok ? (
            t("cash.unreadable")
          ) : enough ? (
            <>
              {t("cash.change")} <b>{money(change)}</b>
            </>
          ) : (
            t("cash.missing", { amount: money(-change) })
          )}
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t("cash.no")} <kbd>Esc</kbd>
          </button>
          <button type="submit" className="button button-primary" disabled={!enough}>
            {change > 0 ? t("cash.yes_change", { change: money(change) }) : t("cash.yes", { amount: money(due.amount) })} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
