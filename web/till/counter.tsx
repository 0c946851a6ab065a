// The counter: what the cashier does all day. It joins keys, scanner, entry, outcome and today's list.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isAtRest, type Agent, type Amount, type Me, type Payment, type TillInfo, type WalletRule } from "../shared/api/types";
import { fill } from "../shared/i18n/dictionary";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { amountEntry, formatAmount, parseAmount, spokenAmount, typeAmountKey } from "../shared/money";
import { isByHand, type SaleOf } from "../shared/journal";
import { shareOf, tookMoney } from "./bill";
import { BillBand } from "./bill_band";
import { billTexts } from "./bill_texts";
import { CashDialog } from "./cash_dialog";
import { chime } from "./chime";
import type { Method, News, Open } from "./desk";
import { EntryPanel, type ChosenPlan, type Complaint, type PendingScan } from "./entry";
import { Footer } from "./footer";
import { FoundCard } from "./found_card";
import { AgentStrip } from "./agent_strip";
import { Header } from "./header";
import { stepOf, type Step } from "./ladder";
import { ladderTexts } from "./ladder_texts";
import { OutcomeScreen, type OutcomeKeys } from "./outcome";
import { PasswordDialog } from "./password_dialog";
import { wholeCode } from "./scanner";
import { PlansDialog } from "./plans_dialog";
import { ShopCodeDialog } from "./shop_code_dialog";
import { SplitDialog } from "./split_dialog";
import { tillTexts } from "./texts";
import { TodayDrawer } from "./today";
import { useBill } from "./use_bill";
import { useCounterKeys } from "./use_counter_keys";
import { useDesk } from "./use_desk";
import { useFound } from "./use_found";
import { useToday } from "./use_today";
import { useWays } from "./use_ways";
import { sentenceFor, speak } from "./voice";
import { groupDigits, recognize } from "./wallets";
import { WhichWalletDialog } from "./which_wallet_dialog";

/** A scanner that stutters, or a hand that scans twice, sends the same code again within this time. */
const SAME_SCAN_MS = 1500;
/** How long a code read before the amount stays good: a little less than its life at the wallet. */
const PENDING_SCAN_MS = 55_000;
const TOAST_MS = 6000;

/** A step of the ladder that is being taken: its dialog is open. */
interface StepTaken {
  step: Step;
  due: Amount;
  /** The refused sale it takes the place of. */
  from: Open | null;
  again: string | null;
  sale: SaleOf | null;
}

/** A code that several wallets could have made, and the sale that waits for the answer. */
interface AskedWhich {
  code: string;
  amount: Amount;
  again: string | null;
  sale: SaleOf | null;
  wallets: WalletRule[];
}

interface CounterProps {
  me: Me;
  info: TillInfo;
  agent: Agent | null;
  onSignOut: () => void;
  onSignedOut: () => void;
}

export function Counter(props: CounterProps) {
  const { me, info, agent } = props;
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const [printer, setPrinter] = useState(info.printer);
  const [toast, setToast] = useState<string | null>(null);
  const [listOpen, setListOpen] = useState(false);
  const [dialogOpen, setDialogOpen] = useState(false);
  const [passwordOpen, setPasswordOpen] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const [stepTaken, setStepTaken] = useState<StepTaken | null>(null);
  const [splitOpen, setSplitOpen] = useState(false);
  const [plansOf, setPlansOf] = useState<TillInfo["methods"][number] | null>(null);
  const [plan, setPlan] = useState<ChosenPlan | null>(null);
  const [askedWhich, setAskedWhich] = useState<AskedWhich | null>(null);
  const today = useToday(info.till.id);
  const found = useFound(info.till.id, announceFound);
  const ways = useWays(info, agent?.server?.reachable === false);

  const { desk, journal, state, link } = useDesk({
    changed: announce,
    seen: (payment) => {
      today.seen(payment);
      found.seen(payment);
    },
    printer: (news) => news.till === info.till.id && setPrinter(news),
    missed: () => {
      today.reload();
      found.reload();
    },
    signedOut: props.onSignedOut,
  });

  const [entry, setEntryState] = useState(() => journal.entry());
  const [mode, setMode] = useState<"amount" | "code">("amount");
  /**
   * The amount comes from a sale that was not paid, and whatever is charged next is the same sale; `again` is its key
   * where it is to be sent once more.
   */
  const [kept, setKept] = useState<{ again: string | null; sale: SaleOf | null } | null>(null);
  const bills = useBill(journal, state.open);
  const bill = bills.current;
  const saleAtHand: SaleOf | null = bill ? { id: bill.bill.id, total: bill.bill.total, note: bill.bill.note } : (kept?.sale ?? null);
  const [code, setCode] = useState("");
  const [pending, setPending] = useState<PendingScan | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const history = useRef<string[]>([]);
  const lastScan = useRef({ code: "", at: Number.NEGATIVE_INFINITY });
  const outcomeKeys = useRef<OutcomeKeys | null>(null);

  const currency = info.currency;
  const parsed = parseAmount(entry, currency);
  const current = state.open.find(({ attempt }) => attempt.key === state.currentKey) ?? null;
  const parked = useMemo(
    () => state.open.filter(({ attempt, delivery }) => attempt.key !== state.currentKey && delivery !== "aside"),
    [state.open, state.currentKey],
  );
  const openList = useCallback(() => setListOpen(true), []);
  const openPassword = useCallback(() => setPasswordOpen(true), []);
  const showParked = useCallback((key: string) => desk.show(key), [desk]);
  const showMethods = info.methods.filter((method) => method.show_qr);

  const setEntry = useCallback(
    (next: string) => {
      journal.setEntry(next);
      setEntryState(next);
    },
    [journal],
  );

  const refusal = state.rejection;
  useEffect(() => {
    if (!refusal) return;
    setEntry(amountEntry(refusal.amount));
    setComplaint({ about: "server", text: refusal.text });
    desk.forgetRejection();
  }, [refusal, desk, setEntry]);

  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(null), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast]);

  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => setPending(null), pending.goodUntil - Date.now());
    return () => clearTimeout(timer);
  }, [pending]);

  const { look: lookAtWays } = ways;
  const currentMoney = current?.payment?.money ?? current?.delivery;
  useEffect(() => {
    // A sale that went wrong is the first to tell that a way is down, one that went well that it is up again.
    if (currentMoney && currentMoney !== "sending") lookAtWays();
  }, [currentMoney, lookAtWays]);

  function announceFound(payment: Payment) {
    chime();
    const amount = spokenAmount(payment.paid ?? payment.amount, language);
    speak(fill(ladderTexts["found.voice"][language], { amount }), language);
  }

  function announce(payment: Payment, news: News) {
    // What a person vouched for was known at the counter before the server heard of it.
    if (!news.fresh || (isByHand(payment) && !news.onScreen)) return;
    const refund = payment.refunds.find(
      (one) => one.state === "done" && news.before?.refunds.some((was) => was.id === one.id && was.state !== "done"),
    );
    if (refund) {
      const amount = spokenAmount(refund.amount, language);
      speak(fill(tillTexts["voice.refunded"][language], { amount }), language);
    }
    if (payment.money === news.before?.money) return;
    const sentence = sentenceFor(payment, language);
    if (sentence) speak(sentence, language);
    if (sentence && !news.onScreen) {
      setToast(t("late.paid", { amount: formatAmount(payment.amount, language), word: shared(`money.${payment.money}`) }));
    }
  }

  /** The amount to charge, or null after saying what is wrong with it. */
  function chargeable(): { amount: number; currency: string } | null {
    if (!parsed.ok) {
      setComplaint({ about: "amount", text: tillTexts["amount.not_positive"] });
      setMode("amount");
      return null;
    }
    if (parsed.minor > info.limits.max.amount) {
      const { zh, en } = tillTexts["amount.too_large"];
      const max = formatAmount(info.limits.max, language);
      setComplaint({ about: "amount", text: { zh: fill(zh, { max }), en: fill(en, { max }) } });
      setMode("amount");
      return null;
    }
    if (bill && parsed.minor > bill.left) {
      const { zh, en } = billTexts["bill.too_much"];
      const left = formatAmount({ amount: bill.left, currency }, language);
      setComplaint({ about: "amount", text: { zh: fill(zh, { left }), en: fill(en, { left }) } });
      setMode("amount");
      return null;
    }
    return { amount: parsed.minor, currency };
  }

  function complainAboutCode(scannedCode: string): boolean {
    const recognized = recognize(scannedCode, info.wallets);
    const key = {
      empty: "charge.scan_now",
      typing: "scan.wrong_length",
      not_digits: "scan.not_digits",
      unknown: "scan.unknown",
      wrong_length: "scan.wrong_length",
      unavailable: "scan.unavailable",
      complete: null,
      ambiguous: null,
    }[recognized.kind] as keyof typeof tillTexts | null;
    if (!key) return false;
    const text = tillTexts[key];
    const label = "wallet" in recognized && recognized.wallet ? recognized.wallet.label : { zh: "", en: "" };
    setComplaint({
      about: "code",
      text: { zh: fill(text.zh, { wallet: label.zh }), en: fill(text.en, { wallet: label.en }) },
    });
    return true;
  }

  function chargeWith(
    payerCode: string,
    amount: { amount: number; currency: string },
    again = kept?.again ?? null,
    sale = saleAtHand,
  ) {
    const recognized = recognize(payerCode, info.wallets);
    if (recognized.kind === "ambiguous") return setAskedWhich({ code: payerCode, amount, again, sale, wallets: recognized.wallets });
    if (recognized.kind !== "complete") return;
    const { wallet } = recognized.wallet;
    const installments = planFor(wallet, amount);
    beginSale();
    desk.take(info.till.id, amount, { payer_code: { code: payerCode, wallet }, installments }, again, sale);
  }

  /** The plan that was chosen, if it is for this wallet and this amount. */
  function planFor(wallet: string, { amount }: { amount: number }) {
    return plan?.wallet === wallet && plan.amount === amount ? plan.terms : null;
  }

  /** Nobody knows which wallet it is: the amount stays, so that nothing is typed twice. */
  function notTold({ amount, again, sale }: AskedWhich) {
    setAskedWhich(null);
    setEntry(amountEntry(amount));
    setKept({ again, sale });
  }

  /** The customer said which wallet it is. */
  function walletTold({ code: payerCode, amount, again, sale }: AskedWhich, wallet: string) {
    setAskedWhich(null);
    const installments = planFor(wallet, amount);
    beginSale();
    desk.take(info.till.id, amount, { payer_code: { code: payerCode, wallet, told: true }, installments }, again, sale);
  }

  function chargeByQr(wallet: string, amount = chargeable(), again = kept?.again ?? null, sale = saleAtHand) {
    if (!amount) return;
    const installments = planFor(wallet, amount);
    beginSale();
    desk.take(info.till.id, amount, { show_qr: { wallet }, installments }, again, sale);
  }

  /** Asks how the money is taken by hand; the sale begins when the dialog is confirmed. */
  function takeStep(step: Step, due = chargeable(), from: Open | null = null, again = kept?.again ?? null) {
    const sale = from ? saleOf(from) : saleAtHand;
    if (due) setStepTaken({ step, due, from, again, sale });
  }

  function stepConfirmed({ due, from, again, sale }: StepTaken, method: Method) {
    setStepTaken(null);
    if (from) desk.dismiss(from.attempt.key);
    beginSale();
    desk.take(info.till.id, due, method, again, sale);
  }

  function beginSale() {
    setPlan(null);
    setKept(null);
    setComplaint(null);
    setCode("");
    setPending(null);
    setMode("amount");
    history.current = [];
  }

  function scanned(keys: string, typedKeys: number) {
    const isWhole = (candidate: string) => ["complete", "ambiguous", "unavailable"].includes(recognize(candidate, info.wallets).kind);
    const { code: scannedCode, retract } = wholeCode(keys, typedKeys, isWhole);
    const now = performance.now();
    const repeated = scannedCode === lastScan.current.code && now - lastScan.current.at < SAME_SCAN_MS;
    lastScan.current = { code: scannedCode, at: now };
    if (repeated) return;
    let typedAmount = entry;
    if (retract > 0 && mode === "amount" && !current) {
      typedAmount = history.current.at(-retract) ?? "";
      history.current = history.current.slice(0, -retract);
      setEntry(typedAmount);
    }
    setCode("");
    if (current) return scannedDuring(current, scannedCode);
    if (complainAboutCode(scannedCode)) return setMode("code");
    const amount = parseAmount(typedAmount, currency);
    if (amount.ok && amount.minor <= Math.min(info.limits.max.amount, bill?.left ?? Infinity)) {
      return chargeWith(scannedCode, { amount: amount.minor, currency });
    }
    if (amount.ok) return void chargeable();
    keepForAmount(scannedCode);
  }

  /** A scan while a sale fills the screen: a new code for a refused sale, or the next customer's. */
  function scannedDuring(open: Open, scannedCode: string) {
    const payment = open.payment;
    const mayRetry = open.delivery === "not_received" || (payment?.money === "not_paid" && payment.explain.may_charge_again);
    const ended = payment !== null && isAtRest(payment.money);
    if (!mayRetry && !ended) return setToast(t("scan.busy"));
    if (complainAboutCode(scannedCode)) return changeMethod(open, "code", true);
    desk.dismiss(open.attempt.key);
    if (mayRetry) {
      const { amount, currency: of } = open.attempt;
      return chargeWith(scannedCode, { amount, currency: of }, againOf(open), saleOf(open));
    }
    nextEntry(open);
    keepForAmount(scannedCode);
  }

  function keepForAmount(scannedCode: string) {
    const recognized = recognize(scannedCode, info.wallets);
    if (recognized.kind !== "complete" && recognized.kind !== "ambiguous") return;
    const labels = recognized.kind === "complete" ? [recognized.wallet.label] : recognized.wallets.map(({ label }) => label);
    const wallet = { zh: labels.map(({ zh }) => zh).join("/"), en: labels.map(({ en }) => en).join(" / ") };
    setComplaint(null);
    setMode("amount");
    setPending({ code: scannedCode, wallet, goodUntil: Date.now() + PENDING_SCAN_MS });
  }

  /** Back to the entry with the refused sale's amount, so that nothing is typed twice. */
  function changeMethod(open: Open, to: "amount" | "code", keepComplaint = false) {
    setEntry(amountEntry(open.attempt));
    setKept({ again: againOf(open), sale: saleOf(open) });
    setMode(to);
    setCode("");
    if (!keepComplaint) setComplaint(null);
    desk.dismiss(open.attempt.key);
  }

  function nextCustomer(open: Open) {
    desk.dismiss(open.attempt.key);
    beginSale();
    nextEntry(open);
  }

  /** What is to be charged after this payment: the next share of its bill, or nothing yet. */
  function nextEntry(open: Open) {
    if (!bill || open.attempt.sale?.id !== bill.bill.id) return setEntry("");
    if (bill.left === 0) {
      bills.leave();
      return setEntry("");
    }
    const { people } = bill.bill;
    const paid = open.payment === null || tookMoney(open.payment);
    billAmount(people === null ? null : Math.max(1, people - (paid ? 1 : 0)));
  }

  /** The next share of the bill, if what is left is divided among so many. */
  function billAmount(people: number | null) {
    if (!bill) return;
    bills.divide(people);
    setKept(null);
    setComplaint(null);
    setEntry(amountEntry({ amount: shareOf(bill.left, people), currency }));
  }

  function split(people: number | null, note: string) {
    setSplitOpen(false);
    if (!parsed.ok) return;
    // A sale that was refused stays the same sale when it is split.
    const same = kept?.sale?.total === parsed.minor ? kept.sale.id : undefined;
    bills.begin({ ...(same && { id: same }), total: parsed.minor, currency, note, people });
    setKept(null);
    setComplaint(null);
    setEntry(amountEntry({ amount: shareOf(parsed.minor, people), currency }));
  }

  function leaveBill() {
    bills.leave();
    beginSale();
    setEntry("");
  }

  function park() {
    desk.park();
    beginSale();
    if (current) nextEntry(current);
    else setEntry("");
  }

  function charge() {
    const amount = chargeable();
    if (!amount) return;
    if (pending) return chargeWith(pending.code, amount);
    if (mode === "amount" || code === "") {
      setComplaint(null);
      setMode("code");
      return;
    }
    if (!complainAboutCode(code)) chargeWith(code, amount);
  }

  function typed(key: string) {
    if (key === "F1") return found.acknowledge();
    if (key === "F4") return openList();
    if (current) return typedDuring(current, key);
    if (key === "F2" || key === "F3") {
      const method = showMethods[key === "F2" ? 0 : 1];
      return method ? chargeByQr(method.wallet) : undefined;
    }
    const step = stepOf(key);
    if (step) return takeStep(step);
    if (key === "/" && !bill) return setSplitOpen(true);
    if (key === "Enter") return charge();
    if (key === "Escape") return stepBack();
    if (mode === "code") return typedCode(key);
    history.current = [...history.current.slice(-40), entry];
    setComplaint(null);
    setKept(null);
    setEntry(typeAmountKey(entry, key === "Delete" ? "Clear" : key, currency));
  }

  function typedCode(key: string) {
    setComplaint(null);
    if (key === "Backspace") setCode(code.slice(0, -1));
    else if (key === "Delete") setCode("");
    else if (/^\d$/.test(key) && code.length < 32) setCode(code + key);
  }

  function typedDuring(open: Open, key: string) {
    const ended = open.payment !== null && open.payment.money !== "not_paid" && isAtRest(open.payment.money);
    if (/^\d$/.test(key) && ended) {
      nextCustomer(open);
      return setEntry(typeAmountKey("", key, currency));
    }
    outcomeKeys.current?.press(key);
  }

  function stepBack() {
    setComplaint(null);
    if (pending) return setPending(null);
    if (plan) return setPlan(null);
    if (mode === "code") {
      setCode("");
      return setMode("amount");
    }
    setKept(null);
    setEntry("");
  }

  // A device of its own says in its strip that it is blind.
  const away = !state.reachable || (ways.serverAway && agent === null);
  const padKey = useRef<(key: string) => void>(null);
  useEffect(() => {
    padKey.current = (key) => {
      setMode("amount");
      history.current = [];
      setComplaint(null);
      setKept(null);
      setEntry(typeAmountKey(entry, key, currency));
    };
  });
  const onPadKey = useCallback((key: string) => padKey.current?.(key), []);

  useCounterKeys(!listOpen && !dialogOpen && !passwordOpen && !menuOpen && !stepTaken && !splitOpen && !askedWhich && !plansOf, { typed, scanned });

  return (
    <div className="till">
      <Header
        me={me}
        info={info}
        link={link}
        reachable={state.reachable}
        printer={printer}
        menuOpen={menuOpen}
        onMenu={setMenuOpen}
        onPassword={openPassword}
        agent={agent}
        onSignOut={props.onSignOut}
      />
      <div className="till-notices">
        {agent && <AgentStrip agent={agent} />}
        {away ? (
          // At the entry the ladder says it, and what to do.
          current && (
            <p className="banner banner-bad" role="alert">
              {t("banner.unreachable")}
            </p>
          )
        ) : (
          link === "lost" && (
            <p className="banner" role="status">
              {t("banner.no_stream")}
            </p>
          )
        )}
        <FoundCard found={found} />
        {bill && !current && <BillBand at={bill} onAmount={billAmount} onLeave={leaveBill} />}
      </div>
      {toast && (
        <p className="toast" role="status">
          {toast}
        </p>
      )}
      {current ? (
        <OutcomeScreen
          key={current.attempt.key}
          open={current}
          desk={desk}
          journal={journal}
          info={info}
          reachable={state.reachable}
          mayRefund={me.permissions.includes("refund")}
          keys={outcomeKeys}
          bill={bill && saleOf(current)?.id === bill.bill.id ? bill : null}
          onNext={() => nextCustomer(current)}
          onPark={park}
          onChangeMethod={(to) => changeMethod(current, to)}
          onShowQr={(wallet) => {
            const { amount, currency: of } = current.attempt;
            desk.dismiss(current.attempt.key);
            chargeByQr(wallet, { amount, currency: of }, againOf(current), saleOf(current));
          }}
          onStep={(step) => {
            const { amount, currency: of } = current.attempt;
            takeStep(step, { amount, currency: of }, current, againOf(current));
          }}
          onDialog={setDialogOpen}
        />
      ) : (
        <EntryPanel
          entry={entry}
          currency={currency}
          mode={mode}
          kept={kept !== null && entry !== ""}
          code={groupDigits(code)}
          recognized={recognize(code, info.wallets)}
          pending={pending}
          complaint={complaint}
          complaintText={complaint ? pick(complaint.text) : ""}
          chargeableAmount={parsed.ok ? formatAmount({ amount: parsed.minor, currency }, language) : null}
          methods={info.methods}
          onKey={onPadKey}
          onMode={setMode}
          onCode={(next) => {
            setComplaint(null);
            setCode(next.replace(/\D/g, "").slice(0, 32));
          }}
          onCharge={charge}
          onQr={(wallet) => chargeByQr(wallet)}
          onPlans={parsed.ok ? (wallet) => setPlansOf(info.methods.find((method) => method.wallet === wallet) ?? null) : null}
          plan={plan && parsed.ok && plan.amount === parsed.minor ? plan : null}
          onDropPlan={() => setPlan(null)}
          onDropPending={() => setPending(null)}
          ways={ways}
          onStep={(step) => takeStep(step)}
          onSplit={bill ? null : () => setSplitOpen(true)}
        />
      )}
      <Footer today={today} parked={parked} onShowParked={showParked} onList={openList} entering={!current} />
      {askedWhich && (
        <WhichWalletDialog
          wallets={askedWhich.wallets}
          onClose={() => notTold(askedWhich)}
          onTold={(wallet) => walletTold(askedWhich, wallet)}
        />
      )}
      {plansOf && parsed.ok && (
        <PlansDialog
          wallet={plansOf.wallet}
          label={plansOf.label}
          due={{ amount: parsed.minor, currency }}
          onClose={() => setPlansOf(null)}
          onChosen={(terms) => {
            setPlansOf(null);
            setPlan({ wallet: plansOf.wallet, label: plansOf.label, amount: parsed.minor, terms });
            setMode("code");
          }}
        />
      )}
      {stepTaken?.step === "cash" && (
        <CashDialog
          due={stepTaken.due}
          onClose={() => setStepTaken(null)}
          onTaken={(tendered) => stepConfirmed(stepTaken, { cash: { tendered } })}
        />
      )}
      {stepTaken?.step === "shop_code" && (
        <ShopCodeDialog
          due={stepTaken.due}
          wallets={info.wallets}
          onClose={() => setStepTaken(null)}
          onSeen={(seen) => stepConfirmed(stepTaken, { shop_code: seen })}
        />
      )}
      {splitOpen && (
        <SplitDialog
          total={parsed.ok ? { amount: parsed.minor, currency } : null}
          onClose={() => setSplitOpen(false)}
          onSplit={split}
          onResume={(sale) => {
            setSplitOpen(false);
            beginSale();
            bills.resume(sale);
            setEntry(amountEntry(sale.left));
          }}
        />
      )}
      {passwordOpen && (
        <PasswordDialog
          login={me.staff.login}
          onClose={() => setPasswordOpen(false)}
          onChanged={() => setToast(shared("password.changed"))}
        />
      )}
      {listOpen && (
        <TodayDrawer
          today={today}
          journal={journal}
          mayRefund={me.permissions.includes("refund")}
          onClose={() => setListOpen(false)}
        />
      )}
    </div>
  );
}

/** The key under which a sale is sent once more: only one that the server did not receive keeps its own. */
function againOf(open: Open): string | null {
  return open.delivery === "not_received" ? open.attempt.key : null;
}

function saleOf(open: Open): SaleOf | null {
  return open.attempt.sale ?? null;
}
