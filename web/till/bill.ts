// A bill that is paid in parts: what is left of it, and what each of several people owes.
import type { Payment, Sale } from "../shared/api/types";
import type { Bill } from "../shared/journal";
import type { Open } from "./desk";

/**
 * What may still be charged, in minor units: what the server says is left, less what is still on its way to it. The
 * server has the last word; this is what the cashier sees before asking.
 */
export function leftOf(bill: Bill, sale: Sale | null, open: readonly Open[]): number {
  const told = sale?.id === bill.id ? sale.left.amount : bill.total;
  const known = new Set(sale?.payments.map(({ id }) => id));
  const onTheWay = partsOf(bill, open).filter(({ attempt, delivery, payment }) => {
    if (payment === null) return !["not_received", "aside", "refused"].includes(delivery);
    return !known.has(payment.id) && payment.money !== "not_paid" && payment.money !== "returned" && attempt.amount > 0;
  });
  return Math.max(0, told - onTheWay.reduce((sum, { attempt }) => sum + attempt.amount, 0));
}

/** What the next of so many people pays: the odd fen are paid by the first, so that the last pays what is left. */
export function shareOf(left: number, people: number | null): number {
  return people === null ? left : Math.ceil(left / Math.max(1, people));
}

/** Those of this till's open payments that are parts of the bill. */
export function partsOf(bill: Bill, open: readonly Open[]): Open[] {
  return open.filter(({ attempt }) => attempt.sale?.id === bill.id);
}

/** Whether a payment took money of its sale, so that one person fewer has to pay. */
export function tookMoney(payment: Payment): boolean {
  return payment.money === "paid" || payment.money === "recorded";
}

/** What changes when a part of the bill does: whoever sees another value asks the server anew. */
export function stirOf(bill: Bill, open: readonly Open[]): string {
  return partsOf(bill, open)
    .filter(({ payment }) => payment !== null)
    .map(({ attempt, payment }) => `${attempt.key}:${payment?.version ?? 0}`)
    .join(" ");
}
