// What the Reconcile page makes of a day: its mark, its account's movements, and what was done about a difference.
import type { components } from "../shared/api/schema";
import type { Translate } from "../shared/i18n/language";
import { reconcileTexts } from "./reconcile_texts";

type BillDay = components["schemas"]["BillDayView"];
type Funds = components["schemas"]["FundsView"];
type Word = keyof typeof reconcileTexts;

export type Tone = "good" | "open" | "bad" | "noted";

const TONES: Record<string, Tone> = {
  raised: "bad", failed: "bad", open: "open", running: "open", not_ready: "open", agrees: "good", nothing: "noted",
};

/** A day's mark: the server's verdict in one tone and a few words. Only "nothing is left to do" is green. */
export function dayTag(bill: Pick<BillDay, "verdict" | "raised" | "under_way">): { tone: Tone; text: Word; count: number } {
  const { verdict, raised, under_way } = bill;
  const count = verdict === "raised" ? raised : under_way;
  const tone = TONES[verdict] ?? "open";
  // Nothing among the rows is open, so it is the account's movements.
  if (verdict === "raised" && raised === 0) return { tone, text: "verdict.funds_differ", count };
  if (verdict === "open" && under_way === 0) return { tone, text: "verdict.funds_missing", count };
  const text = `verdict.${verdict}`;
  return { tone, text: isWord(text) ? text : "verdict.running", count };
}

/** The account's movements in the order in which people ask for them; what never happened is left out. */
export function movements(funds: Funds) {
  const all = [
    { name: "payments", sign: "+" },
    { name: "refunds", sign: "-" },
    { name: "fees", sign: "-" },
    { name: "fees_back", sign: "+" },
    { name: "withdrawals", sign: "-" },
    { name: "other", sign: "" },
  ] as const;
  const always = ["payments", "refunds", "fees"];
  return all
    .map(({ name, sign }) => ({ name, sum: funds[name], sign: funds[name].count > 0 ? sign : "" }))
    .filter(({ name, sum }) => sum.count > 0 || always.includes(name));
}

/** What was done, in words; what this page has no words for is shown as it was recorded. */
export function actName(act: string, t: Translate<typeof reconcileTexts>): string {
  const word = `act.${act}`;
  return isWord(word) ? t(word) : act;
}

/** What is worth knowing about what was done: people's own words as they are, Paydesk's in the page's language. */
export function actDetail({ act, detail }: { act: string; detail: string }, t: Translate<typeof reconcileTexts>): string {
  // These name the class or the payment, which the page tells already.
  if (["found", "look", "matched"].includes(act)) return "";
  const [, day] = /^not in the bill of (\S+) either$/.exec(detail) ?? [];
  if (day) return t("detail.next_bill", { day });
  const known: Record<string, Word> = { "asked; it still differs": "detail.still", "no such payment here": "detail.unknown" };
  const word = known[detail];
  return word ? t(word) : detail;
}

function isWord(text: string): text is Word {
  return text in reconcileTexts;
}
