// Today's sales: a drawer with the list, and one sale's story with what can still be done about it.
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { client, settle } from "../shared/api/client";
import { isAtRest, type Day, type Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { clock } from "../shared/time";
import { Answers, answersFor } from "../shared/ui/answers";
import { MoneyMark } from "../shared/ui/money_mark";
import { Qr } from "../shared/ui/qr";
import type { Journal } from "../shared/journal";
import { CancelDialog } from "./cancel_dialog";
import { Dialog } from "./dialog";
import { ladderTexts } from "./ladder_texts";
import { PaymentFacts } from "./payment_facts";
import { RefundDialog } from "./refund_dialog";
import { tillTexts } from "./texts";
import { useReprint } from "./use_reprint";
import type { Today } from "./use_today";

interface DrawerProps {
  today: Today;
  journal: Journal;
  mayRefund: boolean;
  onClose: () => void;
}

export function TodayDrawer({ today, journal, mayRefund, onClose }: DrawerProps) {
  const t = useTranslate(tillTexts);
  const [chosen, setChosen] = useState<string | null>(null);
  const payment = today.items.find(({ id }) => id === chosen) ?? null;
  const { reload } = today;
  useEffect(() => {
    reload();
  }, [reload]);
  return (
    <Dialog side title={t("list.title")} onClose={() => (payment ? setChosen(null) : onClose())}>
      {payment ? (
        <OneSale
          payment={payment}
          journal={journal}
          mayRefund={mayRefund}
          onBack={() => setChosen(null)}
          onNewer={today.seen}
        />
      ) : (
        <SaleList today={today} onChoose={setChosen} onClose={onClose} />
      )}
    </Dialog>
  );
}

function SaleList({ today, onChoose, onClose }: { today: Today; onChoose: (id: string) => void; onClose: () => void }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const { language } = useLanguage();
  const { day, items, loading, failure, more } = today;
  const list = useRef<HTMLUListElement>(null);
  const hasItems = items.length > 0;
  useEffect(() => {
    if (hasItems) list.current?.querySelector("button")?.focus();
  }, [hasItems]);
  return (
    <>
      <div className="drawer-head">
        <div>
          <h2>{t("list.title")}</h2>
          {day && <p>{t("list.summary", { count: day.paid.count, amount: formatAmount(day.paid.amount, language) })}</p>}
        </div>
        <button type="button" className="button button-quiet" onClick={onClose}>
          {shared("close")} <kbd>Esc</kbd>
        </button>
      </div>
      {day && <Totals day={day} />}
      {failure && (
        <div className="notice notice-bad" role="alert">
          <p>{failureText(failure)}</p>
          <button type="button" className="button" onClick={today.reload}>
            {shared("retry")}
          </button>
        </div>
      )}
      {!failure && !loading && items.length === 0 && <p className="empty">{t("list.empty")}</p>}
      {loading && items.length === 0 && <p className="empty">{shared("loading")}</p>}
      <ul ref={list} className="sales" onKeyDown={moveFocus}>
        {items.map((payment, index) => (
          <SaleRow key={payment.id} payment={payment} first={index === 0} onChoose={onChoose} />
        ))}
      </ul>
      {more && (
        <button type="button" className="button" disabled={loading} onClick={today.loadMore}>
          {t("list.more")}
        </button>
      )}
    </>
  );
}

/** The day by method, as the drawer and the slips are counted in the evening. */
function Totals({ day }: { day: Day }) {
  const t = useTranslate(ladderTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const { by_wallet: wallets, recorded, refunded } = day;
  if (wallets.length === 0 && recorded.count === 0) return null;
  const line = (name: string, { count, amount }: Day["paid"], className = "") => (
    <div key={name} className={className}>
      <dt>{name}</dt>
      <dd>{t("totals.count", { count })}</dd>
      <dd>{formatAmount(amount, language)}</dd>
    </div>
  );
  return (
    <section className="totals" aria-label={t("totals.title")}>
      <dl>
        {wallets.map((wallet) => line(pick(wallet.label), wallet))}
        {refunded.count > 0 && line(t("totals.refunded"), refunded, "totals-aside")}
        {recorded.count > 0 && line(t("totals.recorded"), recorded, "totals-aside ink-recorded")}
      </dl>
    </section>
  );
}

function SaleRow({ payment, first, onChoose }: { payment: Payment; first: boolean; onChoose: (id: string) => void }) {
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  return (
    <li>
      <button type="button" className="sale" data-first-focus={first || undefined} onClick={() => onChoose(payment.id)}>
        <span className={`sale-state ink-${payment.money}`}>
          <MoneyMark money={payment.money} />
          {shared(`money.${payment.money}`)}
        </span>
        <span className="sale-wallet">
          {pick(payment.wallet_label)}
          {payment.refunded.amount > 0 && (
            <em>
              {shared("refund.done")} {formatAmount(payment.refunded, language)}
            </em>
          )}
        </span>
        <time>{clock(payment.created_at)}</time>
        <b>{formatAmount(payment.amount, language)}</b>
      </button>
    </li>
  );
}

/** Arrow keys walk the list, as the fingers expect. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

interface OneSaleProps {
  payment: Payment;
  journal: Journal;
  mayRefund: boolean;
  onBack: () => void;
  onNewer: (payment: Payment) => void;
}

function OneSale({ payment, journal, mayRefund, onBack, onNewer }: OneSaleProps) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const [note, setNote] = useState<string | null>(null);
  const [refunding, setRefunding] = useState(false);
  const [canceling, setCanceling] = useState(false);
  const ladder = useTranslate(ladderTexts);
  const [receiptShown, setReceiptShown] = useState(false);
  const reprint = useReprint(payment.id, setNote);
  const refundable = payment.money === "paid" && payment.refundable.amount > 0;
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    back.current?.focus();
  }, []);

  async function cancel() {
    const outcome = await settle<Payment>(client.POST("/v1/payments/{id}/cancel", { params: { path: { id: payment.id } } }));
    if (outcome.ok) onNewer(outcome.data);
    return outcome;
  }

  async function look() {
    const outcome = await settle(client.POST("/v1/payments/{id}/look", { params: { path: { id: payment.id } } }));
    if (outcome.ok) onNewer(outcome.data);
    else setNote(failureText(outcome.failure));
  }

  return (
    <article className="one-sale">
      <button ref={back} type="button" className="button button-quiet" onClick={onBack}>
        ‹ {t("list.back")} <kbd>Esc</kbd>
      </button>
      <div className={`sale-banner tone-${payment.money}`}>
        <MoneyMark money={payment.money} size="3rem" />
        <div>
          <p className="sale-banner-word">{shared(`money.${payment.money}`)}</p>
          <p className="sale-banner-amount">{formatAmount(payment.amount, language)}</p>
        </div>
      </div>
      <h2>{pick(payment.explain.headline)}</h2>
      <p>{pick(payment.explain.detail)}</p>
      <Answers {...answersFor(payment)} />
      <p className="outcome-next">
        <span className="label">{t("next.step")}</span> {pick(payment.explain.next_step)}
      </p>
      {payment.refunds.map((refund) => (
        <p key={refund.id} className={`notice ${refund.state === "refused" ? "notice-bad" : ""}`}>
          {pick(refund.text)}
        </p>
      ))}
      <div className="one-sale-actions">
        {!isAtRest(payment.money) && (
          <button type="button" className="button button-primary" onClick={() => void look()}>
            {t("look")}
          </button>
        )}
        {payment.money === "paid" && (
          <button type="button" className="button" onClick={() => void reprint()}>
            {t("reprint")}
          </button>
        )}
        {payment.money === "recorded" && (
          <button type="button" className="button" onClick={() => setCanceling(true)}>
            {ladder("record.cancel")}
          </button>
        )}
        {payment.receipt_url && !["not_paid", "recorded"].includes(payment.money) && (
          <button type="button" className="button" aria-expanded={receiptShown} onClick={() => setReceiptShown(!receiptShown)}>
            {t("receipt")}
          </button>
        )}
        {refundable && (
          <button
            type="button"
            className="button"
            disabled={!mayRefund}
            title={mayRefund ? undefined : t("refund.not_allowed")}
            onClick={() => setRefunding(true)}
          >
            {t("refund")}
          </button>
        )}
      </div>
      {refundable && !mayRefund && <p className="quiet-note">{t("refund.not_allowed")}</p>}
      {note && (
        <p className="notice" role="status">
          {note}
        </p>
      )}
      {receiptShown && payment.receipt_url && (
        <figure className="receipt-qr">
          <Qr content={new URL(payment.receipt_url, location.origin).href} label={t("receipt.scan")} />
          <figcaption>{t("receipt.scan")}</figcaption>
        </figure>
      )}
      <details className="folded">
        <summary>{t("details")}</summary>
        <PaymentFacts payment={payment} />
      </details>
      {canceling && <CancelDialog payment={payment} cancel={cancel} onClose={() => setCanceling(false)} onNote={setNote} />}
      {refunding && (
        <RefundDialog
          payment={payment}
          journal={journal}
          onClose={() => setRefunding(false)}
          onRefunded={onNewer}
        />
      )}
    </article>
  );
}
