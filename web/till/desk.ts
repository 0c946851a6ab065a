// The counter's memory: every open payment of this till, how it is delivered, followed and put aside.
//
// A payment begins here as an attempt with its key, kept in the journal before a byte is sent. Until the server has
// definitely answered, the same request with the same key is repeated, so nothing can be charged twice.
import { client, isSignedOut, settle, type Failure, type Outcome } from "../shared/api/client";
import { isAtRest, type Amount, type Installments, type NewPayment, type Payment, type Text } from "../shared/api/types";
import { storeDate } from "../shared/time";
import { isByHand, newKey, referenceFor, type Attempt, type Journal, type SaleOf } from "../shared/journal";
import { maskCode } from "./wallets";

/**
 * How far an attempt has come on its way to the server. `not_received`: the server was asked and does not have it.
 * `aside`: the same, and put aside, but young enough that a request still on its way could arrive; shown if it does.
 * `refused`: the server refuses what a person vouched for while nobody was looking; kept until somebody has read why.
 */
export type Delivery = "sending" | "repeating" | "finding" | "known" | "not_received" | "aside" | "refused";

export interface Open {
  attempt: Attempt;
  delivery: Delivery;
  payment: Payment | null;
  /** Why it was refused. */
  refusal?: Text;
}

export interface Rejection {
  amount: Amount;
  text: Text;
  code: string;
}

export interface DeskState {
  open: readonly Open[];
  currentKey: string | null;
  rejection: Rejection | null;
  reachable: boolean;
}

export type Method =
  /** `told`: the customer said which wallet it is, since the code does not. */
  | { payer_code: { code: string; wallet: string; told?: boolean }; installments?: Installments | null }
  | { show_qr: { wallet: string }; installments?: Installments | null }
  | { cash: { tendered: number } }
  | { shop_code: { wallet: string; seen: string; digits: string | null } };

/** A payer's code as the server is asked to charge it; in memory only. */
interface SpentCode {
  code: string;
  wallet?: string;
}

export interface News {
  before: Payment | null;
  /** False for what a reload merely found again: nobody needs to hear it twice. */
  fresh: boolean;
  onScreen: boolean;
}

export interface DeskEvents {
  /** A payment this till follows has a new state. */
  changed: (payment: Payment, news: News) => void;
  signedOut: () => void;
}

/** A payer's code lives about a minute; a request that old is looked for, not sent again. */
const REPEAT_FOR_MS = 45_000;
/** Nothing stays on the way longer than this: until then a sale that was put aside may still turn up. */
const ON_THE_WAY_MS = 30_000;
const LONG_POLL_S = 10;
const PARKED_POLL_MS = 5_000;

export class Desk {
  private state: DeskState;
  private listeners = new Set<() => void>();
  private codes = new Map<string, SpentCode>();
  private followers = new Map<string, AbortController>();
  private finding = new Set<string>();
  private closed = new AbortController();

  constructor(
    private readonly journal: Journal,
    private readonly events: DeskEvents,
    private readonly now: () => number = Date.now,
  ) {
    const open = journal.attempts().map((attempt): Open => ({
      attempt,
      delivery: attempt.paymentId ? "known" : attempt.aside ? "aside" : isByHand(attempt) ? "repeating" : "finding",
      payment: null,
    }));
    const current = journal.current();
    const currentKey = open.some(({ attempt }) => attempt.key === current) ? current : null;
    this.state = { open, currentKey, rejection: null, reachable: true };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): DeskState => this.state;

  /** Takes up what a reload or a power cut interrupted. */
  resume(): void {
    for (const { attempt } of this.state.open) {
      if (attempt.paymentId) void this.follow(attempt.key, attempt.paymentId);
      else if (isByHand(attempt)) void this.deliver(attempt);
      else void this.find(attempt.key);
    }
  }

  get isClosed(): boolean {
    return this.closed.signal.aborted;
  }

  close(): void {
    this.closed.abort();
    this.followers.forEach((follower) => follower.abort());
  }

  /**
   * Asks for money. The attempt is on the screen and in the journal before this returns. While another sale fills the
   * screen nothing is asked: two presses of one button are one sale.
   *
   * `again` is the key of a sale that the server did not receive: this is the same sale, sent once more, so that
   * even if the first request arrives after all there is one charge.
   *
   * `sale` is the sale that this is a part of: a bill that is split, or a sale whose first try was refused. The server
   * charges no part beyond what the others leave, those without a result among them. Without one this is a sale of
   * its own, known by its first key.
   */
  take(till: string, amount: Amount, method: Method, again: string | null = null, sale: SaleOf | null = null): void {
    if (this.state.currentKey !== null) return;
    const before = again === null ? undefined : this.openOf(again);
    if (before?.delivery === "known") return this.show(before.attempt.key);
    const key = again ?? newKey();
    const attempt: Attempt = {
      key,
      reference: before?.attempt.reference ?? referenceFor(key, storeDate(this.now())),
      till,
      amount: amount.amount,
      currency: amount.currency,
      createdAt: this.now(),
      paymentId: null,
      sale: before?.attempt.sale ?? sale ?? { id: key, total: amount.amount, note: "" },
      ...kept(method),
    };
    this.journal.add(attempt);
    this.journal.setCurrent(key);
    if ("payer_code" in method) {
      const { code, wallet, told } = method.payer_code;
      this.codes.set(key, { code, ...(told && { wallet }) });
    }
    this.update({
      open: [...this.state.open.filter((open) => open !== before), { attempt, delivery: "sending", payment: null }],
      currentKey: key,
      rejection: null,
    });
    void this.deliver(attempt);
  }

  /** Brings an open payment to the screen. */
  show(key: string): void {
    this.journal.setCurrent(key);
    this.update({ currentKey: key });
  }

  /** Leaves an undecided payment to run on while the next customer is served. */
  park(): void {
    this.journal.setCurrent(null);
    this.update({ currentKey: null });
  }

  /** Puts an ended payment aside for good. One that is still undecided is only parked. */
  dismiss(key: string): void {
    const open = this.openOf(key);
    if (open?.delivery === "refused") return this.remove(key);
    if (open?.delivery === "not_received") return this.putAside(open.attempt);
    if (!open?.payment || !isAtRest(open.payment.money)) return this.park();
    this.remove(key);
  }

  /** Nobody waits for it any more, but it is watched for as long as its request could still arrive. */
  private putAside(attempt: Attempt): void {
    if (!this.mayStillArrive(attempt)) return this.remove(attempt.key);
    const aside = { ...attempt, aside: true };
    this.journal.add(aside);
    this.change(attempt.key, (was) => ({ ...was, attempt: aside, delivery: "aside" }));
    if (this.state.currentKey === attempt.key) this.park();
  }

  private mayStillArrive({ createdAt }: Attempt): boolean {
    return this.now() - createdAt < ON_THE_WAY_MS;
  }

  forgetRejection(): void {
    this.update({ rejection: null });
  }

  /** News from the live stream, or from an answer to some other request. */
  learn(payment: Payment): void {
    const open = this.state.open.find(
      ({ attempt }) => attempt.paymentId === payment.id || (!attempt.paymentId && attempt.reference === payment.reference),
    );
    if (!open) return;
    // The same version may still bring news of the slip, which is not part of the payment's facts.
    if (open.payment && open.payment.version > payment.version) return;
    if (!open.attempt.paymentId) this.journal.bind(open.attempt.key, payment.id);
    this.codes.delete(open.attempt.key);
    this.change(open.attempt.key, (was) => ({
      ...was,
      attempt: { ...was.attempt, paymentId: payment.id },
      payment,
      delivery: "known",
    }));
    this.events.changed(payment, {
      before: open.payment,
      fresh: open.payment !== null || ["sending", "repeating", "aside"].includes(open.delivery),
      onScreen: this.state.currentKey === open.attempt.key,
    });
    if (!open.attempt.paymentId) void this.follow(open.attempt.key, payment.id);
    if (isAtRest(payment.money) && this.state.currentKey !== open.attempt.key) this.settleParked(open.attempt.key, payment);
  }

  look(id: string): Promise<Outcome<Payment>> {
    return this.act(client.POST("/v1/payments/{id}/look", { params: { path: { id } } }));
  }

  cancel(id: string): Promise<Outcome<Payment>> {
    return this.act(client.POST("/v1/payments/{id}/cancel", { params: { path: { id } } }));
  }

  private async act(call: Parameters<typeof settle<Payment>>[0]): Promise<Outcome<Payment>> {
    const outcome = await settle<Payment>(call);
    if (outcome.ok) this.learn(outcome.data);
    else if (isSignedOut(outcome.failure)) this.events.signedOut();
    return outcome;
  }

  private async deliver(attempt: Attempt): Promise<void> {
    for (let round = 0; !this.closed.signal.aborted; round += 1) {
      const body = this.bodyOf(attempt);
      const tooOld = !isByHand(attempt) && this.now() - attempt.createdAt > REPEAT_FOR_MS;
      if (!body || tooOld) return this.find(attempt.key);
      // `keepalive` lets the request finish even when the page is reloaded right after the scan.
      const outcome = await settle<Payment>(
        client.POST("/v1/payments", {
          params: { header: { "Idempotency-Key": attempt.key } },
          body,
          keepalive: true,
        }),
      );
      if (this.openOf(attempt.key)?.delivery === "known") return;
      if (outcome.ok) {
        this.update({ reachable: true });
        return this.learn(withReference(outcome.data, attempt));
      }
      if (isDefinite(outcome.failure)) return this.rejected(attempt, outcome.failure);
      this.update({ reachable: outcome.failure.kind !== "unreachable" });
      this.change(attempt.key, (was) => ({ ...was, delivery: "repeating" }));
      await this.pause(Math.min(1000 * 2 ** round, 5000));
    }
  }

  private rejected(attempt: Attempt, failure: Failure & { kind: "refused" }): void {
    if (failure.code === "idempotency_key_reused_with_other_content") return void this.find(attempt.key);
    if (isByHand(attempt) && isSignedOut(failure)) return this.events.signedOut();
    if (isByHand(attempt) && this.state.currentKey !== attempt.key) {
      return this.change(attempt.key, (was) => ({ ...was, delivery: "refused", refusal: failure.text }));
    }
    this.remove(attempt.key);
    this.update({
      rejection: {
        amount: { amount: attempt.amount, currency: attempt.currency },
        text: failure.text,
        code: failure.code,
      },
    });
    if (isSignedOut(failure)) this.events.signedOut();
  }

  /**
   * Asks the server whether it has this key. Its answer is definite at that moment; as long as the request could
   * still be on its way it is asked again, so that one which arrives late does not go unseen.
   */
  private async find(key: string): Promise<void> {
    this.change(key, (was) => (was.delivery === "aside" ? was : { ...was, delivery: "finding" }));
    if (this.finding.has(key)) return;
    this.finding.add(key);
    while (!this.closed.signal.aborted) {
      const open = this.openOf(key);
      if (!open || !["finding", "not_received", "aside"].includes(open.delivery)) break;
      const outcome = await settle(client.GET("/v1/payments/by-key/{key}", { params: { path: { key } } }));
      this.update({ reachable: outcome.ok || outcome.failure.kind !== "unreachable" });
      if (outcome.ok) this.learn(withReference(outcome.data, open.attempt));
      else if (isSignedOut(outcome.failure)) this.events.signedOut();
      if (outcome.ok || isSignedOut(outcome.failure)) break;
      if (isUnknownThere(outcome.failure) && !this.notReceived(key)) break;
      await this.pause(1500);
    }
    this.finding.delete(key);
  }

  /** The server does not have it. Gives whether to go on asking. */
  private notReceived(key: string): boolean {
    const open = this.openOf(key);
    if (!open) return false;
    if (open.delivery === "finding") this.change(key, (was) => ({ ...was, delivery: "not_received" }));
    const goOn = this.mayStillArrive(open.attempt);
    if (!goOn && open.delivery === "aside") this.remove(key);
    return goOn;
  }

  /** Keeps asking for newer versions: at once for the payment on the screen, now and then for parked ones. */
  private async follow(key: string, id: string): Promise<void> {
    if (this.followers.has(key)) return;
    const follower = new AbortController();
    this.followers.set(key, follower);
    while (!follower.signal.aborted) {
      const known = this.openOf(key)?.payment;
      const version = known?.version;
      const onScreen = this.state.currentKey === key;
      const query = known && onScreen && !isPrinting(known) ? { wait: LONG_POLL_S, after: known.version } : {};
      const outcome = await settle(
        client.GET("/v1/payments/{id}", { params: { path: { id }, query }, signal: follower.signal }),
      );
      if (follower.signal.aborted) return;
      this.update({ reachable: outcome.ok || outcome.failure.kind !== "unreachable" });
      if (outcome.ok) this.learn(outcome.data);
      else if (isSignedOut(outcome.failure)) {
        this.followers.delete(key);
        return this.events.signedOut();
      } else if (outcome.failure.kind === "refused" && outcome.failure.status === 404) {
        return this.remove(key);
      }
      const moved = outcome.ok && outcome.data.version !== version;
      await this.pause(!outcome.ok ? 2000 : !onScreen ? PARKED_POLL_MS : moved ? 50 : 1000);
    }
  }

  private settleParked(key: string, payment: Payment): void {
    // A parked sale that was paid after all must be seen by a person before it goes away; what a person vouched for was.
    if (payment.money === "not_paid" || isByHand(payment)) this.remove(key);
  }

  private bodyOf(attempt: Attempt): NewPayment | null {
    const method = asked(attempt, this.codes.get(attempt.key));
    if (!method) return null;
    const { amount, currency, reference, till, sale } = attempt;
    const part = sale && { id: sale.id, total: { amount: sale.total, currency }, ...(sale.note && { note: sale.note }) };
    const installments = attempt.installments && withoutWords(attempt.installments);
    return { amount: { amount, currency }, method, reference, till, ...(part && { sale: part }), ...(installments && { installments }) };
  }

  private remove(key: string): void {
    this.followers.get(key)?.abort();
    this.followers.delete(key);
    this.codes.delete(key);
    this.journal.drop(key);
    const currentKey = this.state.currentKey === key ? null : this.state.currentKey;
    if (currentKey === null) this.journal.setCurrent(null);
    this.update({ open: this.state.open.filter(({ attempt }) => attempt.key !== key), currentKey });
  }

  private openOf(key: string): Open | undefined {
    return this.state.open.find(({ attempt }) => attempt.key === key);
  }

  private change(key: string, how: (open: Open) => Open): void {
    this.update({ open: this.state.open.map((open) => (open.attempt.key === key ? how(open) : open)) });
  }

  private update(part: Partial<DeskState>): void {
    const same = Object.entries(part).every(([name, value]) => this.state[name as keyof DeskState] === value);
    if (same) return;
    this.state = { ...this.state, ...part };
    this.listeners.forEach((listener) => listener());
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.closed;
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}

/** What of a method is written down: all but the payer's code. */
function kept(method: Method): Pick<Attempt, "method" | "wallet" | "codeHint" | "tendered" | "seen" | "digits" | "installments"> {
  if ("payer_code" in method) {
    const { code, wallet } = method.payer_code;
    return { method: "payer_code", wallet, codeHint: maskCode(code), ...shown(method) };
  }
  if ("show_qr" in method) return { method: "show_qr", wallet: method.show_qr.wallet, codeHint: null, ...shown(method) };
  if ("cash" in method) return { method: "cash", wallet: null, codeHint: null, tendered: method.cash.tendered };
  const { wallet, seen, digits } = method.shop_code;
  return { method: "shop_code", wallet, codeHint: null, seen, digits };
}

function shown({ installments }: { installments?: Installments | null }): Pick<Attempt, "installments"> {
  return installments ? { installments } : {};
}

/** A plan as the server takes it back. */
function withoutWords({ count, rate, fee, first, later, total }: Installments): NonNullable<NewPayment["installments"]> {
  return { count, rate, fee, first, later, total };
}

/** What is asked of the server; nothing if the payer's code is gone. */
function asked(attempt: Attempt, code: SpentCode | undefined): NewPayment["method"] | null {
  const { amount, currency, wallet } = attempt;
  switch (attempt.method) {
    case "payer_code":
      return code ? { payer_code: code } : null;
    case "show_qr":
      return { show_qr: { wallet: wallet ?? "" } };
    case "cash":
      return { cash: { tendered: { amount: attempt.tendered ?? amount, currency } } };
    case "shop_code":
      return { shop_code: { wallet: wallet ?? "", seen: attempt.seen ?? "", ...(attempt.digits && { digits: attempt.digits }) } };
  }
}

/** A slip on its way is no fact of the payment, so waiting for a newer version would not hear of it. */
function isPrinting({ printed }: Payment): boolean {
  return printed?.state === "queued" || printed?.state === "sent";
}

/** Too many requests or a closing server will answer differently later; every other refusal is final. */
function isDefinite(failure: Failure): failure is Failure & { kind: "refused" } {
  return failure.kind === "refused" && failure.status !== 429 && failure.status !== 408;
}

function isUnknownThere(failure: Failure): boolean {
  return failure.kind === "refused" && failure.status === 404;
}

function withReference(payment: Payment, attempt: Attempt): Payment {
  return payment.reference === attempt.reference ? payment : { ...payment, reference: attempt.reference };
}
