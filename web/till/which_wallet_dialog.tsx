// Several wallets make codes like the one that was scanned: one plain question, one tap to answer it.
import type { WalletRule } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { Dialog } from "./dialog";
import { tillTexts } from "./texts";

interface WhichWalletProps {
  wallets: readonly WalletRule[];
  onClose: () => void;
  onTold: (wallet: string) => void;
}

export function WhichWalletDialog({ wallets, onClose, onTold }: WhichWalletProps) {
  const t = useTranslate(tillTexts);
  const pick = usePick();
  return (
    <Dialog title={t("which.title")} onClose={onClose}>
      <h2>{t("which.title")}</h2>
      <p>{t("which.why")}</p>
      <div className="which-wallets">
        {wallets.map(({ wallet, label }, place) => (
          <button
            key={wallet}
            type="button"
            className="button button-primary"
            data-first-focus={place === 0 || undefined}
            onClick={() => onTold(wallet)}
          >
            {pick(label)}
          </button>
        ))}
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t("which.none")} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
