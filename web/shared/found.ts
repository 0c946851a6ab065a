// Payments that were found paid after the till had lost sight of them.
import type { Payment } from "./api/types";

/** Found, and nobody has said that it was seen. */
export function isToBeSeen({ found }: Pick<Payment, "found">): boolean {
  return Boolean(found && !found.seen_by);
}
