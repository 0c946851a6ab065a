// Splitting a bill: equal shares or free ones, and bills that were put down before they were paid.
import { useEffect, useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Amount, Sale } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { shareOf } from "./bill";
import { billTexts } from "./bill_texts";
import { Dialog } from "./dialog";

const PEOPLE = [2, 3, 4, 5, 6, 8];

interface SplitProps {
  /** The whole; nothing if no amount was typed. */
  total: Amount | null;
  onClose: () => void;
  onSplit: (people: number | null, note: string) => void;
  onResume: (sale: Sale) => void;
}

export function SplitDialog({ total, onClose, onSplit, onResume }: SplitProps) {
  const t = useTranslate(billTexts);
  const { language } = useLanguage();
  const [note, setNote] = useState("");
  const title = total ? t("split.title", { amount: formatAmount(total, language) }) : t("split");
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="split-form">
        <h2>{title}</h2>
        {total ? (
          <>
            <label className="field">
              {t("split.note")}
              <input value={note} maxLength={40} autoComplete="off" onChange={(event) => setNote(event.target.value)} />
            </label>
            <h3>{t("split.equal")}</h3>
            <div className="split-people">
              {PEOPLE.map((people, index) => (
                <button
                  key={people}
                  type="button"
                  className="button"
                  disabled={total.amount < people}
                  {...(index === 0 && { "data-first-focus": true })}
                  onClick={() => onSplit(people, note.trim())}
                >
                  <b>{t("split.people", { count: people })}</b>
                  <span>{t("split.each", { amount: formatAmount({ ...total, amount: shareOf(total.amount, people) }, language) })}</span>
                </button>
              ))}
            </div>
            <button type="button" className="button button-primary split-free" onClick={() => onSplit(null, note.trim())}>
              <b>{t("split.free")}</b>
              <span>{t("split.free_hint")}</span>
            </button>
          </>
        ) : (
          <p>{t("split.total_first")}</p>
        )}
        <Unpaid onResume={onResume} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t("split.no")} <kbd>Esc</kbd>
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Unpaid({ onResume }: { onResume: (sale: Sale) => void }) {
  const t = useTranslate(billTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const [sales, setSales] = useState<Sale[] | null>(null);
  useEffect(() => {
    void settle(client.GET("/v1/sales")).then((outcome) => outcome.ok && setSales(outcome.data.items.filter(isBegun)));
  }, []);
  if (sales === null) return null;
  return (
    <section className="split-unpaid">
      <h3>{t("split.unpaid")}</h3>
      {sales.length === 0 && <p>{t("split.unpaid_none")}</p>}
      <ul>
        {sales.map((sale) => (
          <li key={sale.id}>
            <span>
              <b>{sale.note ?? formatAmount(sale.total, language)}</b> {pick(sale.explain.detail)}
            </span>
            <button type="button" className="button" onClick={() => onResume(sale)}>
              {t("split.go_on")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Something of it was paid: a sale that was only refused is nothing to go on with. */
function isBegun(sale: Sale): boolean {
  return sale.paid.amount > 0 && sale.left.amount > 0;
}
