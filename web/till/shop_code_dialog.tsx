// The shop's printed code: what the cashier saw on the customer's phone is recorded, and said to be no more than that.
import { useState, type FormEvent } from "react";
import type { Amount, WalletRule } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { Dialog } from "./dialog";
import { ladderTexts } from "./ladder_texts";

export interface SeenPayment {
  wallet: string;
  seen: string;
  digits: string | null;
}

interface ShopCodeProps {
  due: Amount;
  wallets: readonly WalletRule[];
  onClose: () => void;
  onSeen: (seen: SeenPayment) => void;
}

export function ShopCodeDialog({ due, wallets, onClose, onSeen }: ShopCodeProps) {
  const t = useTranslate(ladderTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const offered = wallets.filter((rule, place) => rule.available && wallets.findIndex(({ wallet }) => wallet === rule.wallet) === place);
  const [wallet, setWallet] = useState(offered.length === 1 ? (offered[0]?.wallet ?? "") : "");
  const [digits, setDigits] = useState("");
  const amount = formatAmount(due, language);
  const title = t("shop.title", { amount });
  const label = offered.find((rule) => rule.wallet === wallet)?.label;
  const digitsGood = digits === "" || digits.length >= 4;

  function record(event: FormEvent) {
    event.preventDefault();
    if (!label || !digitsGood) return;
    onSeen({ wallet, seen: t("shop.seen", { wallet: pick(label), amount }), digits: digits || null });
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form className="shop-code-form" onSubmit={record}>
        <h2>{title}</h2>
        <p>{t("shop.steps", { amount })}</p>
        <fieldset className="choices">
          <legend>{t("shop.wallet")}</legend>
          {offered.map((rule, index) => (
            <label key={rule.wallet} className="choice">
              <input
                type="radio"
                name="wallet"
                checked={rule.wallet === wallet}
                data-first-focus={index === 0 || undefined}
                onChange={() => setWallet(rule.wallet)}
              />
              <span>{pick(rule.label)}</span>
            </label>
          ))}
        </fieldset>
        <label className="field">
          {t("shop.digits")}
          <input
            value={digits}
            inputMode="numeric"
            autoComplete="off"
            maxLength={8}
            aria-invalid={!digitsGood}
            onChange={(event) => setDigits(event.target.value.replace(/\D/g, "").slice(0, 8))}
          />
          {!digitsGood && <small className="is-bad">{t("shop.digits_wrong")}</small>}
        </label>
        <p className="notice notice-warn">{t("shop.warning")}</p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t("shop.no")} <kbd>Esc</kbd>
          </button>
          <button type="submit" className="button button-primary" disabled={!label || !digitsGood}>
            {t("shop.yes")} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
