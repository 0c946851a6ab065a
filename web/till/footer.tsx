// The strip below: today so far, sales without a result yet, and which keys do what.
import { memo } from "react";
import { isAtRest, type Money } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { isByHand } from "../shared/journal";
import { formatAmount } from "../shared/money";
import { clock } from "../shared/time";
import { MoneyMark } from "../shared/ui/money_mark";
import type { Open } from "./desk";
import { ladderTexts } from "./ladder_texts";
import { tillTexts } from "./texts";
import type { Today } from "./use_today";

interface FooterProps {
  today: Today;
  parked: readonly Open[];
  onShowParked: (key: string) => void;
  onList: () => void;
  entering: boolean;
}

/** Remembered between renders, like the header. */
export const Footer = memo(function Footer({ today, parked, onShowParked, onList, entering }: FooterProps) {
  const t = useTranslate(tillTexts);
  const { language } = useLanguage();
  return (
    <footer className="till-footer">
      {parked.length > 0 && <ParkedRow parked={parked} onShow={onShowParked} />}
      <div className="footer-row">
        <button type="button" className="button footer-list" onClick={onList}>
          {today.day
            ? t("list.summary", { count: today.day.paid.count, amount: formatAmount(today.day.paid.amount, language) })
            : t("list.title")}
          <kbd>F4</kbd>
        </button>
        <Recent today={today} />
        {entering && (
          <p className="key-legend" aria-hidden="true">
            <span>{t("keys.amount")}</span>
            <span>
              <kbd className="key-hint">Enter</kbd> {t("keys.enter")}
            </span>
            <span>
              <kbd className="key-hint">Esc</kbd> {t("keys.back")}
            </span>
          </p>
        )}
      </div>
    </footer>
  );
});

function ParkedRow({ parked, onShow }: { parked: readonly Open[]; onShow: (key: string) => void }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const { language } = useLanguage();
  const ladder = useTranslate(ladderTexts);
  const wordOf = (open: Open) => {
    if (open.delivery === "refused") return ladder("refused.word");
    if (open.payment || !isByHand(open.attempt)) return shared(`money.${moneyOf(open)}`);
    return ladder("kept.parked");
  };
  const undecided = parked.filter((open) => !isAtRest(moneyOf(open))).length;
  return (
    <div className="parked" role="status">
      {undecided > 0 && <span>{t("parked", { count: undecided })}</span>}
      {parked.map((open) => (
        <button
          key={open.attempt.key}
          type="button"
          className={`parked-one tone-${moneyOf(open)}`}
          onClick={() => onShow(open.attempt.key)}
        >
          <MoneyMark money={moneyOf(open)} />
          {formatAmount(open.attempt, language)} {wordOf(open)}
        </button>
      ))}
    </div>
  );
}

/** What a person vouched for and the server has not heard of yet counts as recorded. */
function moneyOf({ attempt, payment, delivery }: Open): Money {
  if (payment) return payment.money;
  if (delivery === "not_received" || delivery === "refused") return "not_paid";
  return isByHand(attempt) ? "recorded" : "verifying";
}

function Recent({ today }: { today: Today }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const recent = today.items.slice(0, 3);
  if (recent.length === 0) return <span className="recent" />;
  return (
    <p className="recent">
      <span className="recent-label">{t("list.recent")}</span>
      {recent.map((payment) => (
        <span key={payment.id} className={`recent-one ink-${payment.money}`}>
          <MoneyMark money={payment.money} />
          <span className="visually-hidden">{shared(`money.${payment.money}`)}</span>
          {formatAmount(payment.amount, language)} {pick(payment.wallet_label)} <time>{clock(payment.created_at)}</time>
        </span>
      ))}
    </p>
  );
}
