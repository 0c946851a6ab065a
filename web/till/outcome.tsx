// One sale on the whole screen: the money state first, then the three answers, the clock, and one thing to press.
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { isAtRest, type Amount, type Money, type Payment, type TillInfo } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { useSlipText } from "../shared/i18n/slips";
import { formatAmount } from "../shared/money";
import { clockWithSeconds, minutesAndSeconds, secondsLeft } from "../shared/time";
import { Answers, answersFor } from "../shared/ui/answers";
import { MoneyMark } from "../shared/ui/money_mark";
import { PretendCustomer } from "../shared/ui/pretend_customer";
import { Qr } from "../shared/ui/qr";
import { isByHand, type Journal } from "../shared/journal";
import { BillLine } from "./bill_band";
import { billTexts } from "./bill_texts";
import { CancelDialog } from "./cancel_dialog";
import type { Desk, Open } from "./desk";
import { useNow } from "./entry";
import { STEP_KEYS, StepButtons, type Step } from "./ladder";
import { ladderTexts } from "./ladder_texts";
import { PaymentFacts } from "./payment_facts";
import { RefundDialog } from "./refund_dialog";
import { tillTexts } from "./texts";
import type { BillAtHand } from "./use_bill";
import { useReprint } from "./use_reprint";

export interface OutcomeKeys {
  press: (key: string) => void;
}

interface OutcomeProps {
  open: Open;
  desk: Desk;
  journal: Journal;
  info: TillInfo;
  reachable: boolean;
  mayRefund: boolean;
  /** The bill that this payment is a part of, while it is being paid in parts. */
  bill: BillAtHand | null;
  keys: RefObject<OutcomeKeys | null>;
  onNext: () => void;
  onPark: () => void;
  onChangeMethod: (to: "amount" | "code") => void;
  onShowQr: (wallet: string) => void;
  onStep: (step: Step) => void;
  onDialog: (open: boolean) => void;
}

export function OutcomeScreen(props: OutcomeProps) {
  const { open } = props;
  if (open.payment) return <Decided {...props} payment={open.payment} />;
  if (open.delivery === "refused") return <Refused {...props} />;
  return isByHand(open.attempt) && open.delivery === "repeating" ? <Kept {...props} /> : <OnTheWay {...props} />;
}

/** What a person vouched for, while the server cannot be reached: nobody has to wait for it. */
function Kept({ open, keys, onPark }: OutcomeProps) {
  const t = useTranslate(ladderTexts);
  const { language } = useLanguage();
  const { attempt } = open;
  const cash = attempt.method === "cash";
  const change = cash ? (attempt.tendered ?? attempt.amount) - attempt.amount : 0;
  useOutcomeKeys(keys, { Enter: onPark, Escape: onPark, F6: onPark });
  return (
    <Frame money="recorded" word={t(cash ? "kept.cash" : "kept.shop_code")} amount={formatAmount(attempt, language)} sub={attempt.seen ?? ""} busy>
      {change > 0 && <ChangeDue amount={{ amount: change, currency: attempt.currency }} />}
      <p className="outcome-detail" role="status">
        {t(cash ? "kept.cash_detail" : "kept.shop_code_detail")}
      </p>
      <Answers arrived={cash ? "yes" : "unknown"} handOver={cash} chargeAgain={false} />
      <div className="outcome-actions">
        <button type="button" className="button button-primary button-main" onClick={onPark}>
          {t("kept.next")} <kbd>Enter</kbd>
        </button>
      </div>
    </Frame>
  );
}

/** The server refuses what a person vouched for: money may be in the drawer that no book knows. */
function Refused({ open, keys, onNext }: OutcomeProps) {
  const t = useTranslate(ladderTexts);
  const pick = usePick();
  const { language } = useLanguage();
  useOutcomeKeys(keys, { Enter: onNext, Escape: onNext });
  return (
    <Frame money="not_paid" word={t("refused.word")} amount={formatAmount(open.attempt, language)} sub={open.attempt.reference} busy={false}>
      <p className="outcome-detail" role="alert">
        {t("refused.detail", { why: open.refusal ? pick(open.refusal) : "" })}
      </p>
      <div className="outcome-actions">
        <button type="button" className="button button-primary button-main" onClick={onNext}>
          {t("refused.yes")} <kbd>Enter</kbd>
        </button>
      </div>
    </Frame>
  );
}

function ChangeDue({ amount }: { amount: Amount }) {
  const t = useTranslate(ladderTexts);
  const { language } = useLanguage();
  return (
    <p className="change-due">
      {t("cash.change")} <b>{formatAmount(amount, language)}</b>
    </p>
  );
}

/** The sale as far as this till knows it, before the server has told its state. */
function OnTheWay({ open, keys, reachable, onNext, onPark, onChangeMethod, onShowQr, onStep }: OutcomeProps) {
  const t = useTranslate(tillTexts);
  const { language } = useLanguage();
  const { delivery: at } = open;
  const delivery = at === "known" || at === "aside" || at === "refused" ? "finding" : at;
  const never = delivery === "not_received";
  const { method, wallet } = open.attempt;
  const byQr = method === "show_qr" && wallet !== null;
  const again = () => (byQr ? onShowQr(wallet) : onChangeMethod("code"));
  useOutcomeKeys(keys, {
    Enter: never ? again : undefined,
    Escape: never ? onNext : undefined,
    F6: never ? undefined : onPark,
    ...(never && stepKeys(onStep)),
  });
  const detail =
    delivery === "finding" && !reachable
      ? t("finding.offline")
      : never
        ? t(byQr ? "not_received.detail_qr" : "not_received.detail")
        : t(`${delivery}.detail`);
  const money: Money = never ? "not_paid" : delivery === "sending" ? "waiting" : "verifying";
  return (
    <Frame
      money={money}
      word={t(delivery)}
      amount={formatAmount(open.attempt, language)}
      sub={open.attempt.codeHint ?? ""}
      busy={!never}
    >
      <p className="outcome-detail" role="status">
        {detail}
      </p>
      {delivery !== "sending" && (
        <Answers arrived={never ? "no" : "unknown"} handOver={false} chargeAgain={never} />
      )}
      <div className="outcome-actions">
        {never && (
          <button type="button" className="button button-primary button-main" onClick={again}>
            {t(byQr ? "again.qr" : "again")} <kbd>Enter</kbd>
          </button>
        )}
        {never && (
          <div className="outcome-quiet">
            <StepButtons className="button-quiet" onStep={onStep} />
            <button type="button" className="button button-quiet" onClick={onNext}>
              {t("give_up")} <kbd>Esc</kbd>
            </button>
          </div>
        )}
        {!never && delivery !== "sending" && (
          <button type="button" className="button button-quiet" onClick={onPark} title={t("park.hint")}>
            {t("park")} <kbd>F6</kbd>
          </button>
        )}
      </div>
    </Frame>
  );
}

type Sheet = "cancel" | "refund" | null;

function Decided(props: OutcomeProps & { payment: Payment }) {
  const { payment, desk, journal, keys, mayRefund, onDialog } = props;
  const t = useTranslate(tillTexts);
  const ladder = useTranslate(ladderTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const slipText = useSlipText();
  const { language } = useLanguage();
  const [sheet, setSheet] = useState<Sheet>(null);
  const [details, setDetails] = useState(false);
  const [receiptShown, setReceiptShown] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const reprint = useReprint(payment.id, setNote);
  const resting = isAtRest(payment.money);
  const undecided = !resting;
  const refundable = payment.refundable.amount > 0 && payment.money === "paid";
  const recorded = payment.money === "recorded";
  const word = shared(`money.${payment.money}`);
  const headline = pick(payment.explain.headline);
  const words = useBillWords(props);
  // Only then may the same goods be sold anew, by whatever step of the ladder.
  const mayStep = payment.money === "not_paid" && payment.explain.may_charge_again;

  // What the customer's wallet or Baitiao refused, another wallet may take: its code is one button away.
  const offersOther = mayStep && payment.explain.action === "other_method";
  const nextWallet = offersOther ? props.info.methods.find((method) => method.show_qr && method.wallet !== payment.wallet) : undefined;

  // In the same step as the dialog itself, so that no key falls between the two.
  useLayoutEffect(() => {
    onDialog(sheet !== null);
    return () => onDialog(false);
  }, [sheet, onDialog]);

  const look = useCallback(async () => {
    setBusy(true);
    const outcome = await desk.look(payment.id);
    setBusy(false);
    setNote(outcome.ok ? t("looked", { time: clockWithSeconds(Date.now()) }) : failureText(outcome.failure));
  }, [desk, payment.id, t, failureText]);

  const primary = primaryFor(props, look, () => setDetails(true));
  // Whatever the first button does, a finger always finds the way to the next customer.
  const leavable = resting && payment.explain.action !== "next_customer";
  useOutcomeKeys(keys, {
    Enter: primary.run,
    Escape: undecided ? () => setSheet("cancel") : payment.money === "not_paid" ? () => props.onChangeMethod("amount") : props.onNext,
    F6: undecided ? props.onPark : undefined,
    F8: refundable && mayRefund ? () => setSheet("refund") : undefined,
    F9: payment.money === "paid" ? () => void reprint() : undefined,
    ...(mayStep && stepKeys(props.onStep)),
  });

  const qr = undecided ? payment.qr : null;
  return (
    <Frame
      money={payment.money}
      word={word}
      amount={formatAmount(payment.money === "paid" && payment.paid ? payment.paid : payment.amount, language)}
      sub={[pick(payment.wallet_label), payment.code_hint].filter(Boolean).join("  ")}
      side={qr ? <ShownQr payment={payment} qr={qr} demo={props.info.demo} /> : undefined}
      busy={undecided}
    >
      <div className="outcome-words" role="status" aria-live="assertive">
        <h1 className={headline.startsWith(word) ? "is-repeated" : undefined}>{headline}</h1>
        {!words && <p className="outcome-detail">{pick(payment.explain.detail)}</p>}
      </div>
      {props.bill && <BillLine at={props.bill} />}
      {payment.cash && payment.cash.change.amount > 0 && payment.money === "paid" && <ChangeDue amount={payment.cash.change} />}
      <Answers {...answersFor(payment)} {...(words && { handOver: words.handOver })} />
      {undecided && (
        <div className="outcome-waiting">
          {payment.explain.awaiting && (
            <p>
              <span className="label">{t("awaiting")}</span> {pick(payment.explain.awaiting)}
            </p>
          )}
          {payment.until && <Countdown until={payment.until} from={Date.parse(payment.created_at)} />}
        </div>
      )}
      <p className="outcome-next">
        <span className="label">{t("next.step")}</span> {words?.next ?? pick(payment.explain.next_step)}
      </p>
      {payment.refunds.length > 0 && <RefundLines payment={payment} />}
      <div className="outcome-actions">
        <button
          type="button"
          className="button button-primary button-main"
          disabled={busy}
          onClick={primary.run}
        >
          {words?.label ?? pick(payment.explain.action_label)} <kbd>Enter</kbd>
        </button>
        <p className="outcome-note" role="status">
          {note ?? (payment.printed && payment.money === "paid" ? slipText(payment.printed.state) : " ")}
        </p>
        <div className="outcome-quiet">
          {undecided && (
            <button type="button" className="button button-quiet" onClick={() => setSheet("cancel")}>
              {t("cancel")} <kbd>Esc</kbd>
            </button>
          )}
          {undecided && (
            <button type="button" className="button button-quiet" title={t("park.hint")} onClick={props.onPark}>
              {t("park")} <kbd>F6</kbd>
            </button>
          )}
          {nextWallet && (
            <button type="button" className="button button-quiet" onClick={() => props.onShowQr(nextWallet.wallet)}>
              {t("qr.with", { wallet: pick(nextWallet.label) })}
            </button>
          )}
          {mayStep && <StepButtons className="button-quiet" onStep={props.onStep} />}
          {leavable && (
            <button type="button" className="button button-quiet" onClick={props.onNext}>
              {ladder("kept.next")} {payment.money !== "not_paid" && <kbd>Esc</kbd>}
            </button>
          )}
          {recorded && (
            <button type="button" className="button button-quiet" onClick={() => setSheet("cancel")}>
              {ladder("record.cancel")}
            </button>
          )}
          {payment.receipt_url && payment.money !== "not_paid" && !recorded && resting && (
            <button type="button" className="button button-quiet" aria-expanded={receiptShown} onClick={() => setReceiptShown(!receiptShown)}>
              {t("receipt")}
            </button>
          )}
          {payment.money === "paid" && (
            <button type="button" className="button button-quiet" onClick={() => void reprint()}>
              {t("reprint")} <kbd>F9</kbd>
            </button>
          )}
          {refundable && mayRefund && (
            <button type="button" className="button button-quiet" onClick={() => setSheet("refund")}>
              {t("refund")} <kbd>F8</kbd>
            </button>
          )}
          <button type="button" className="button button-quiet" aria-expanded={details} onClick={() => setDetails(!details)}>
            {details ? t("details.hide") : t("details")}
          </button>
        </div>
      </div>
      {receiptShown && payment.receipt_url && <ReceiptQr url={payment.receipt_url} />}
      {details && <PaymentFacts payment={payment} title={payment.explain.action === "call_owner" ? t("owner.title") : undefined} />}
      {sheet === "cancel" && (
        <CancelDialog payment={payment} cancel={() => desk.cancel(payment.id)} onClose={() => setSheet(null)} onNote={setNote} />
      )}
      {sheet === "refund" && (
        <RefundDialog
          payment={payment}
          journal={journal}
          onClose={() => setSheet(null)}
          onRefunded={(refunded) => desk.learn(refunded)}
        />
      )}
    </Frame>
  );
}

/** A part that is paid is not the whole: what the bill means for the goods and for the next step. */
function useBillWords({ bill, payment }: { bill: BillAtHand | null; payment: Payment }) {
  const t = useTranslate(billTexts);
  const pick = usePick();
  const { language } = useLanguage();
  if (!bill || payment.money !== "paid" || payment.explain.action !== "next_customer") return null;
  const money = (amount: number) => formatAmount({ amount, currency: bill.bill.currency }, language);
  const left = money(bill.left);
  if (bill.left > 0) return { handOver: false, label: t("bill.next_part", { left }), next: t("bill.not_yet", { left }) };
  const { sale } = bill;
  if (sale?.state === "settled") return { handOver: true, label: null, next: t("bill.settled", { total: money(bill.bill.total) }) };
  return { handOver: sale?.explain.may_hand_over ?? false, label: null, next: sale ? pick(sale.explain.next_step) : t("bill.checking") };
}

/** What the one big button does, by the action that the server's explanation names. */
function primaryFor(
  props: OutcomeProps & { payment: Payment },
  look: () => Promise<void>,
  showDetails: () => void,
): { run: () => void } {
  const { payment, info } = props;
  switch (payment.explain.action) {
    case "next_customer":
      return { run: props.onNext };
    case "wait":
    case "ask_customer":
      return { run: () => void look() };
    case "scan_new_code":
      return { run: () => props.onChangeMethod("code") };
    case "try_again":
      return { run: () => (payment.method === "show_qr" ? props.onShowQr(payment.wallet) : props.onChangeMethod("code")) };
    case "other_method":
      return { run: () => props.onChangeMethod("amount") };
    case "call_owner":
      return { run: showDetails };
    case "show_qr": {
      if (!isAtRest(payment.money)) return { run: () => void look() };
      const offered = info.methods.filter((method) => method.show_qr);
      const wallet = (offered.find((method) => method.wallet === payment.wallet) ?? offered[0])?.wallet;
      return { run: () => (wallet ? props.onShowQr(wallet) : props.onChangeMethod("amount")) };
    }
  }
}

function stepKeys(onStep: (step: Step) => void): Record<string, () => void> {
  return { [STEP_KEYS.cash]: () => onStep("cash"), [STEP_KEYS.shop_code]: () => onStep("shop_code") };
}

function useOutcomeKeys(keys: RefObject<OutcomeKeys | null>, actions: Record<string, (() => void) | undefined>) {
  useLayoutEffect(() => {
    keys.current = { press: (key) => actions[key]?.() };
    return () => {
      keys.current = null;
    };
  });
}

function Frame(props: {
  money: Money;
  word: string;
  amount: string;
  sub: string;
  side?: ReactNode;
  busy: boolean;
  children: ReactNode;
}) {
  const { money, word, amount, sub, side, busy, children } = props;
  return (
    <main className={`outcome tone-${money}`} data-money={money}>
      <section className={`outcome-state ${busy ? "is-busy" : ""}`}>
        {side ? (
          <>
            {side}
            <p className="outcome-word outcome-word-small">
              <MoneyMark money={money} /> {word} <span className="outcome-amount-small">{amount}</span>
            </p>
          </>
        ) : (
          <>
            <MoneyMark money={money} size="clamp(4.5rem, 16vmin, 9rem)" />
            <p className="outcome-word">{word}</p>
            <p className="outcome-amount">{amount}</p>
            <p className="outcome-sub">{sub}</p>
          </>
        )}
      </section>
      <section className="outcome-rest">{children}</section>
    </main>
  );
}

function ShownQr({ payment, qr, demo }: { payment: Payment; qr: NonNullable<Payment["qr"]>; demo: boolean }) {
  const t = useTranslate(tillTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const now = useNow(1000);
  const wallet = pick(payment.wallet_label);
  const amount = formatAmount(payment.amount, language);
  return (
    <figure className="shown-qr">
      <figcaption>{t("qr.ask", { wallet })}</figcaption>
      <Qr content={qr.content} label={t("qr.label", { wallet, amount })} />
      <p className="shown-qr-amount">{amount}</p>
      {qr.expires_at && (
        <p className="shown-qr-left">{t("qr.valid", { time: minutesAndSeconds(secondsLeft(qr.expires_at, now)) })}</p>
      )}
      {demo && <PretendCustomer orderNo={payment.order_no} />}
    </figure>
  );
}

function ReceiptQr({ url }: { url: string }) {
  const t = useTranslate(tillTexts);
  const absolute = new URL(url, location.origin).href;
  const figure = useRef<HTMLElement>(null);
  useEffect(() => {
    // Braces matter: browsers may return a promise here, and an effect may only return its undoing.
    void figure.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <figure ref={figure} className="receipt-qr">
      <Qr content={absolute} label={t("receipt.scan")} />
      <figcaption>
        {t("receipt.scan")}{" "}
        <a href={absolute} target="_blank" rel="noreferrer">
          {absolute.replace(/^https?:\/\//, "")}
        </a>
      </figcaption>
    </figure>
  );
}

function RefundLines({ payment }: { payment: Payment }) {
  const pick = usePick();
  return (
    <ul className="refund-lines">
      {payment.refunds.map((refund) => (
        <li key={refund.id} className={`refund-${refund.state}`}>
          {pick(refund.text)}
        </li>
      ))}
    </ul>
  );
}

/** How long until there is a result, as a time, as seconds, and as a bar that empties. */
function Countdown({ until, from }: { until: string; from: number }) {
  const t = useTranslate(tillTexts);
  const now = useNow(500);
  const seconds = secondsLeft(until, now);
  const whole = Math.max(1, Date.parse(until) - from);
  const left = Math.min(1, Math.max(0, (Date.parse(until) - now) / whole));
  return (
    <div className="countdown">
      <p>
        <b>{t("until", { time: clockWithSeconds(until) })}</b>
        <span>{seconds > 0 ? t("until.left", { seconds }) : t("until.passed")}</span>
      </p>
      <div className="countdown-bar" aria-hidden="true">
        <i style={{ transform: `scaleX(${left})` }} />
      </div>
    </div>
  );
}
