// The bill at hand, over the entry and beside an outcome: what is left, large, and what was paid by which method.
import type { Amount } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { shareOf } from "./bill";
import { billTexts } from "./bill_texts";
import type { BillAtHand } from "./use_bill";

const PEOPLE = [2, 3, 4];

export function BillBand(props: { at: BillAtHand; onAmount: (people: number | null) => void; onLeave: () => void }) {
  const { at, onAmount, onLeave } = props;
  const t = useTranslate(billTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const { bill, sale, left } = at;
  const money = (amount: number) => formatAmount({ amount, currency: bill.currency }, language);
  const paid = (sale?.paid.amount ?? 0) - (sale?.returned.amount ?? 0);
  const parts = (sale?.payments ?? []).filter(({ money: state }) => state === "paid" || state === "recorded");
  return (
    <section className="bill-band" aria-label={t("bill")}>
      <div className="bill-left" role="status">
        <span className="label">{bill.note || t("bill.left")}</span>
        <output className="bill-left-amount">{money(left)}</output>
        <span>
          {bill.note && `${t("bill.left")} · `}
          {t("bill.of", { total: money(bill.total), paid: money(paid) })}
          {sale && sale.open.amount > 0 && ` · ${t("bill.open", { open: formatAmount(sale.open, language) })}`}
        </span>
      </div>
      {parts.length > 0 && (
        <ol className="bill-parts" aria-label={t("bill.parts")}>
          {parts.map((part) => (
            <li key={part.id}>
              {pick(part.wallet_label)} <b>{formatAmount(part.paid ?? part.amount, language)}</b> {part.money === "paid" ? "✓" : "…"}
            </li>
          ))}
        </ol>
      )}
      <div className="bill-actions">
        <button type="button" className="button button-quiet" disabled={left === 0} onClick={() => onAmount(null)}>
          {t("bill.take_all")}
        </button>
        {PEOPLE.map((people) => (
          <button
            key={people}
            type="button"
            className="button button-quiet"
            disabled={left < people}
            aria-pressed={bill.people === people}
            onClick={() => onAmount(people)}
          >
            ÷{people} {money(shareOf(left, people))}
          </button>
        ))}
        <button type="button" className="button button-quiet" title={t("bill.put_down_hint")} onClick={onLeave}>
          {t("bill.put_down")}
        </button>
      </div>
    </section>
  );
}

/** Beside the outcome of one part: how the whole bill stands. */
export function BillLine({ at }: { at: BillAtHand }) {
  const t = useTranslate(billTexts);
  const { language } = useLanguage();
  const money = (amount: number): string => formatAmount({ amount, currency: at.bill.currency } satisfies Amount, language);
  return (
    <p className={`bill-line ${at.left > 0 ? "is-open" : ""}`} role="status">
      <span className="label">{at.bill.note || t("bill")}</span> {t("bill.of", { total: money(at.bill.total), paid: money((at.sale?.paid.amount ?? 0) - (at.sale?.returned.amount ?? 0)) })} ·{" "}
      <b>
        {t("bill.left")} {money(at.left)}
      </b>
    </p>
  );
}
