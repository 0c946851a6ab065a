// How a refund of a sale will be divided, shown before it is asked for: the server divides it the same way.
import type { Payment } from "../shared/api/types";

/** So much of each payment, in minor units: the newest first, none more than is left of it. */
export function sharesOf(payments: readonly Payment[], minor: number): { payment: Payment; minor: number }[] {
  let left = minor;
  return [...payments].reverse().flatMap((payment) => {
    const share = Math.min(left, payment.refundable.amount);
    left -= share;
    return share > 0 ? [{ payment, minor: share }] : [];
  });
}
