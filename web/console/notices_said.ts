// What the Notices page makes of a system and of a message: its mark, and what kind of news it is.
import type { Webhook, WebhookMessage } from "../shared/api/types";
import type { noticesTexts } from "./notices_texts";

type Word = keyof typeof noticesTexts;
type Tone = "good" | "open" | "bad" | "noted";

/** How a system stands: what a person should look at comes before what is merely so. */
export function standing(one: Pick<Webhook, "disabled_at" | "disabled_because" | "parked" | "waiting">): { tone: Tone; text: Word } {
  if (one.disabled_at) return one.disabled_because ? { tone: "bad", text: "standing.gone" } : { tone: "noted", text: "standing.paused" };
  if (one.parked > 0) return { tone: "bad", text: "standing.parked" };
  return one.waiting > 0 ? { tone: "open", text: "standing.waiting" } : { tone: "good", text: "standing.good" };
}

/** How far a message is. One that was tried in vain and is tried again is not like one that is about to be sent. */
export function progress(message: Pick<WebhookMessage, "state" | "tries">): { tone: Tone; text: Word } {
  if (message.state === "delivered") return { tone: "good", text: "message.delivered" };
  if (message.state === "parked") return { tone: "bad", text: "message.parked" };
  return message.tries > 0 ? { tone: "open", text: "message.again" } : { tone: "open", text: "message.waiting" };
}

/** Every kind of news, in the order of the documentation. */
export const EVENTS = [
  "payment.paid",
  "payment.not_paid",
  "payment.returned",
  "payment.recorded",
  "payment.found_paid",
  "payment.raised",
  "refund.done",
  "refund.refused",
] as const;

export const TEST = "webhook.test";

/** The word for a kind of news; nothing for one of a newer server. */
export function eventWord(event: string): Word | null {
  return event === TEST || EVENTS.some((known) => known === event) ? (`event.${event}` as Word) : null;
}
