// What this till has asked for and not yet put aside: written down before anything is sent, read back after a reload.
//
// The payer's code is not among it: it must never be stored. After a reload the server is asked by the key whether the
// request arrived, instead of sending it again.

import type { Installments } from "./api/types";

export interface Attempt {
  /** The idempotency key: one key, one charge. */
  key: string;
  /** Our own number for this sale, by which the server can find it. */
  reference: string;
  till: string;
  amount: number;
  currency: string;
  method: "payer_code" | "show_qr" | "cash" | "shop_code";
  wallet: string | null;
  codeHint: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  paymentId: string | null;
  /** The server did not have it and the cashier went on; kept only in case it arrives late. */
  aside?: boolean;
  /** Cash: what the customer handed over, in minor units. */
  tendered?: number;
  /** The printed code: what the cashier saw on the customer's phone. */
  seen?: string;
  /** The printed code: the last digits of the transaction's number, as far as they were read. */
  digits?: string | null;
  /** The sale that this is a part of. */
  sale?: SaleOf;
  /** The plan that the customer was shown and chose. */
  installments?: Installments;
}

/** A sale that one or several attempts pay. */
export interface SaleOf {
  id: string;
  /** What it comes to, in minor units. */
  total: number;
  /** What people call it; empty if nothing. */
  note: string;
}

/** A sale that is being paid in parts. */
export interface Bill extends SaleOf {
  currency: string;
  /** Among so many people the rest is divided equally; nothing if it is not. */
  people: number | null;
  /** A part of it has reached the server. */
  begun?: boolean;
}

/** Whether a person vouches for the money: then the attempt holds all there is, and is handed in however late. */
export function isByHand({ method }: Pick<Attempt, "method">): boolean {
  return method === "cash" || method === "shop_code";
}

export interface RefundIntent {
  key: string;
  paymentId: string;
  amount: number;
  currency: string;
}

export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const ATTEMPTS = "paydesk.till.attempts";
const CURRENT = "paydesk.till.current";
const ENTRY = "paydesk.till.entry";
const REFUNDS = "paydesk.till.refunds";
const BILL = "paydesk.till.bill";

export class Journal {
  constructor(private readonly store: Store) {}

  attempts(): Attempt[] {
    return readList(this.store, ATTEMPTS, isAttempt);
  }

  add(attempt: Attempt): void {
    this.write([...this.attempts().filter(({ key }) => key !== attempt.key), attempt]);
  }

  bind(key: string, paymentId: string): void {
    this.write(this.attempts().map((attempt) => (attempt.key === key ? { ...attempt, paymentId } : attempt)));
  }

  drop(key: string): void {
    this.write(this.attempts().filter((attempt) => attempt.key !== key));
  }

  /** The attempt that fills the screen, if any. */
  current(): string | null {
    return this.store.getItem(CURRENT);
  }

  setCurrent(key: string | null): void {
    if (key === null) this.store.removeItem(CURRENT);
    else this.store.setItem(CURRENT, key);
  }

  /** The amount being typed, so that a reload does not make anyone type it again. */
  entry(): string {
    const kept = this.store.getItem(ENTRY) ?? "";
    return /^\d{0,9}(\.\d{0,2})?$/.test(kept) ? kept : "";
  }

  setEntry(entry: string): void {
    this.store.setItem(ENTRY, entry);
  }

  /** The bill that is being paid in parts, so that a reload does not lose what is left of it. */
  bill(): Bill | null {
    try {
      const kept: unknown = JSON.parse(this.store.getItem(BILL) ?? "null");
      return isBill(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  setBill(bill: Bill | null): void {
    if (bill === null) this.store.removeItem(BILL);
    else this.store.setItem(BILL, JSON.stringify(bill));
  }

  /**
   * The refund already intended for this payment and amount, or a new one, kept before it is sent: pressing again
   * after a lost answer repeats the same refund instead of adding another.
   */
  refundIntent(paymentId: string, amount: number, currency: string, newKey: () => string): RefundIntent {
    const kept = readList(this.store, REFUNDS, isRefundIntent);
    const same = kept.find((intent) => intent.paymentId === paymentId && intent.amount === amount);
    if (same) return same;
    const intent = { key: newKey(), paymentId, amount, currency };
    this.store.setItem(REFUNDS, JSON.stringify([...kept, intent]));
    return intent;
  }

  /** The refund got a definite answer. */
  refundSettled(key: string): void {
    const left = readList(this.store, REFUNDS, isRefundIntent).filter((intent) => intent.key !== key);
    this.store.setItem(REFUNDS, JSON.stringify(left));
  }

  private write(attempts: Attempt[]): void {
    this.store.setItem(ATTEMPTS, JSON.stringify(attempts));
  }
}

/** 128 random bits in the usual form. Made by hand because `randomUUID` is missing on plain-http shop networks. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A short number people can read out: the date and six letters from the key, without look-alikes. */
export function referenceFor(key: string, date: string): string {
  const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const bits = [0, 2, 4, 6, 24, 26].map((at) => parseInt(key.replaceAll("-", "").slice(at, at + 2), 16) % 32);
  return `${date.slice(5).replace("-", "")}-${bits.map((bit) => letters[bit]).join("")}`;
}

function readList<T>(store: Store, name: string, accept: (value: unknown) => value is T): T[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(name) ?? "[]");
    return Array.isArray(kept) ? kept.filter(accept) : [];
  } catch {
    return [];
  }
}

function isAttempt(value: unknown): value is Attempt {
  const attempt = value as Partial<Attempt> | null;
  return (
    typeof attempt?.key === "string" &&
    typeof attempt.reference === "string" &&
    typeof attempt.amount === "number" &&
    typeof attempt.createdAt === "number"
  );
}

function isBill(value: unknown): value is Bill {
  const bill = value as Partial<Bill> | null;
  return typeof bill?.id === "string" && typeof bill.total === "number" && typeof bill.currency === "string";
}

function isRefundIntent(value: unknown): value is RefundIntent {
  const intent = value as Partial<RefundIntent> | null;
  return typeof intent?.key === "string" && typeof intent.paymentId === "string" && typeof intent.amount === "number";
}
