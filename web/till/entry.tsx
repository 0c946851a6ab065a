// Before the sale: the amount, the pad, the scan box, and the other ways to pay.
import { useEffect, useRef, useState } from "react";
import type { Installments, Text, TillInfo } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { currencySign, formatNumber, parseAmount } from "../shared/money";
import { billTexts } from "./bill_texts";
import { Ladder, StepButtons, type Step } from "./ladder";
import { ladderTexts } from "./ladder_texts";
import { Pad } from "./pad";
import { planTexts } from "./plan_texts";
import { tillTexts } from "./texts";
import type { Ways } from "./use_ways";
import type { Recognized } from "./wallets";

export interface PendingScan {
  code: string;
  wallet: Text;
  /** Milliseconds since 1970. */
  goodUntil: number;
}

/** A plan that the customer chose, good for one amount of one wallet. */
export interface ChosenPlan {
  wallet: string;
  label: Text;
  amount: number;
  terms: Installments;
}

export interface Complaint {
  about: "amount" | "code" | "server";
  text: Text;
}

interface EntryProps {
  entry: string;
  currency: string;
  mode: "amount" | "code";
  /** The amount comes from a sale that was not paid. */
  kept: boolean;
  code: string;
  recognized: Recognized;
  pending: PendingScan | null;
  complaint: Complaint | null;
  complaintText: string;
  chargeableAmount: string | null;
  methods: TillInfo["methods"];
  onKey: (key: string) => void;
  onMode: (mode: "amount" | "code") => void;
  onCode: (code: string) => void;
  onCharge: () => void;
  onQr: (wallet: string) => void;
  /** Shows a wallet's plans for paying in instalments; nothing while there is no amount. */
  onPlans: ((wallet: string) => void) | null;
  plan: ChosenPlan | null;
  onDropPlan: () => void;
  onDropPending: () => void;
  ways: Ways;
  onStep: (step: Step) => void;
  /** Splits the bill; nothing while one is being paid in parts. */
  onSplit: (() => void) | null;
}

export function EntryPanel(props: EntryProps) {
  const broken = props.ways.serverAway || props.ways.down.length > 0;
  return (
    <main className="entry">
      <section className="entry-amount">
        <AmountLine {...props} />
        <Pad onKey={props.onKey} />
      </section>
      <section className="entry-scan">
        {broken && <Ladder ways={props.ways} onStep={props.onStep} />}
        <ScanBox {...props} />
        <OtherMethods
          methods={props.ways.serverAway ? [] : props.methods}
          ladderInFront={broken}
          onQr={props.onQr}
          onPlans={props.onPlans}
          onStep={props.onStep}
        />
        <ChargeButton amount={props.chargeableAmount} onCharge={props.onCharge} />
      </section>
    </main>
  );
}

/** More characters than fit beside the label on a phone. */
const LONG = 8;

function AmountLine({ entry, currency, mode, kept, complaint, complaintText, onSplit }: EntryProps) {
  const t = useTranslate(tillTexts);
  const bill = useTranslate(billTexts);
  const shown = entry === "" ? "0.00" : withThousands(entry);
  const bad = complaint?.about === "amount";
  return (
    <div className={`amount-line ${mode === "amount" ? "is-active" : ""} ${bad ? "is-bad" : ""}`}>
      <span className="amount-label">
        {t("amount.label")}
        {onSplit && (
          <button type="button" className="button button-quiet split-button" onClick={onSplit}>
            {bill("split")} <kbd>/</kbd>
          </button>
        )}
      </span>
      <output className={`amount-value ${entry === "" ? "is-empty" : ""} ${shown.length > LONG ? "is-long" : ""}`} aria-label={t("amount.label")}>
        <span className="amount-sign">{currencySign(currency)}</span>
        {shown}
        {mode === "amount" && <span className="caret" aria-hidden="true" />}
      </output>
      <span className="amount-note" role={bad ? "alert" : undefined}>
        {bad ? complaintText : kept ? t("amount.kept") : ""}
      </span>
    </div>
  );
}

function ScanBox(props: EntryProps) {
  const { mode, code, recognized, pending, plan, complaint, complaintText, onMode, onCode } = props;
  const t = useTranslate(tillTexts);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (mode === "code") input.current?.focus({ preventScroll: true });
    else input.current?.blur();
  }, [mode]);
  const bad = complaint?.about === "code" || complaint?.about === "server";
  return (
    <div className={`scan ${mode === "code" ? "is-active" : ""} ${bad ? "is-bad" : ""}`}>
      <h1>
        <ScanMark /> {t("scan.title")}
      </h1>
      <input
        ref={input}
        className="scan-input"
        value={code}
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        aria-label={t("scan.box")}
        placeholder={t("scan.placeholder")}
        onFocus={() => onMode("code")}
        onChange={(event) => onCode(event.target.value)}
      />
      <div className="scan-note" aria-live="polite">
        {bad ? (
          <p className="notice notice-bad" role="alert">
            {complaintText}
          </p>
        ) : pending ? (
          <Pending pending={pending} onDrop={props.onDropPending} />
        ) : plan && code === "" ? (
          <Planned plan={plan} onDrop={props.onDropPlan} />
        ) : (
          <Recognition recognized={recognized} length={code.replaceAll(" ", "").length} />
        )}
      </div>
    </div>
  );
}

function Pending({ pending, onDrop }: { pending: PendingScan; onDrop: () => void }) {
  const t = useTranslate(tillTexts);
  const pick = usePick();
  const now = useNow(1000);
  const seconds = Math.max(0, Math.ceil((pending.goodUntil - now) / 1000));
  return (
    <p className="notice pending-scan">
      <span>{t("scan.amount_first", { wallet: pick(pending.wallet), seconds })}</span>
      <button type="button" className="button button-quiet" onClick={onDrop}>
        {t("scan.drop")}
      </button>
    </p>
  );
}

function Planned({ plan, onDrop }: { plan: ChosenPlan; onDrop: () => void }) {
  const t = useTranslate(planTexts);
  const pick = usePick();
  return (
    <p className="notice pending-scan">
      <span>{t("plans.chosen", { wallet: pick(plan.label), terms: pick(plan.terms.text) })}</span>
      <button type="button" className="button button-quiet" onClick={onDrop}>
        {t("plans.drop")}
      </button>
    </p>
  );
}

function Recognition({ recognized, length }: { recognized: Recognized; length: number }) {
  const t = useTranslate(tillTexts);
  const pick = usePick();
  switch (recognized.kind) {
    case "empty":
      return <p className="scan-ready">{t("scan.ready")}</p>;
    case "not_digits":
      return <p className="scan-problem">{t("scan.not_digits")}</p>;
    case "unknown":
      return <p className="scan-problem">{t("scan.unknown")}</p>;
    case "wrong_length":
      return <p className="scan-problem">{t("scan.wrong_length")}</p>;
    case "unavailable":
      return <p className="scan-problem">{t("scan.unavailable", { wallet: pick(recognized.wallet.label) })}</p>;
    case "ambiguous":
      return <p className="scan-known">{t("scan.ambiguous")}</p>;
    case "complete":
      return <p className="scan-known">{t("scan.recognized", { wallet: pick(recognized.wallet.label) })} ✓</p>;
    case "typing":
      if (!recognized.wallet) return <p className="scan-ready">{t("scan.ready")}</p>;
      return (
        <p className="scan-known">
          {t("scan.recognized", { wallet: pick(recognized.wallet.label) })}
          <span className="scan-rest">
            {t("scan.typing", { count: Math.max(0, (recognized.wallet.lengths[0] ?? 0) - length) })}
          </span>
        </p>
      );
  }
}

function OtherMethods({ methods, ladderInFront, onQr, onPlans, onStep }: OtherMethodsProps) {
  const t = useTranslate(tillTexts);
  const plans = useTranslate(planTexts);
  const ladder = useTranslate(ladderTexts);
  const pick = usePick();
  if (methods.length === 0 && ladderInFront) return null;
  return (
    <div className="other-methods">
      <h2>{ladder("other_ways")}</h2>
      <div className="other-methods-row">
        {methods
          .filter((method) => method.show_qr)
          .map((method, index) => (
            <button key={method.wallet} type="button" className="button" onClick={() => onQr(method.wallet)}>
              {t("qr.with", { wallet: pick(method.label) })}
              {index < 2 && <kbd>F{index + 2}</kbd>}
            </button>
          ))}
        {methods
          .filter((method) => method.installments)
          .map((method) => (
            <button
              key={method.wallet}
              type="button"
              className="button"
              disabled={!onPlans}
              onClick={() => onPlans?.(method.wallet)}
            >
              {plans("plans.with", { wallet: pick(method.label) })}
            </button>
          ))}
        {!ladderInFront && <StepButtons onStep={onStep} />}
      </div>
    </div>
  );
}

interface OtherMethodsProps {
  methods: TillInfo["methods"];
  /** Cash and the printed code stand above already. */
  ladderInFront: boolean;
  onQr: (wallet: string) => void;
  onPlans: ((wallet: string) => void) | null;
  onStep: (step: Step) => void;
}

function ChargeButton({ amount, onCharge }: { amount: string | null; onCharge: () => void }) {
  const t = useTranslate(tillTexts);
  return (
    <button type="button" className="button button-primary button-main" disabled={!amount} onClick={onCharge}>
      {amount ? t("charge", { amount }) : t("charge.enter_amount")}
      {amount && <kbd>Enter</kbd>}
    </button>
  );
}

function ScanMark() {
  return (
    <svg className="scan-mark" viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round">
      <path d="M4 10V6a2 2 0 0 1 2-2h4M22 4h4a2 2 0 0 1 2 2v4M28 22v4a2 2 0 0 1-2 2h-4M10 28H6a2 2 0 0 1-2-2v-4" />
      <path d="M10 10v12M15 10v12M19 10v12M23 10v12" strokeWidth="2" />
    </svg>
  );
}

/** The typed amount with thousands separated, keeping an unfinished fraction as it is. */
function withThousands(entry: string): string {
  const [whole = "", fraction] = entry.split(".");
  const parsed = parseAmount(whole, "JPY");
  const grouped = parsed.ok ? formatNumber(parsed.minor, "JPY") : "0";
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
