// Whose code is this? The rules are the server's data; the till only applies them, just as the server does.
import type { WalletRule } from "../shared/api/types";

export type Recognized =
  | { kind: "empty" }
  | { kind: "not_digits" }
  | { kind: "typing"; wallet: WalletRule | null }
  | { kind: "complete"; wallet: WalletRule }
  /** Several wallets make such codes: the customer says which. */
  | { kind: "ambiguous"; wallets: WalletRule[] }
  | { kind: "unavailable"; wallet: WalletRule }
  | { kind: "wrong_length"; wallet: WalletRule }
  | { kind: "unknown" };

/** Judges a code as far as it has been typed; `typing` means it may still become a known one. */
export function recognize(code: string, rules: readonly WalletRule[]): Recognized {
  if (code === "") return { kind: "empty" };
  if (!/^\d+$/.test(code)) return { kind: "not_digits" };
  const begins = rules.filter((rule) => prefixOf(code, rule) > 0);
  const first = begins[0];
  if (!first) {
    const possible = rules.some((rule) => rule.prefixes.some((prefix) => prefix.startsWith(code)));
    return possible ? { kind: "typing", wallet: null } : { kind: "unknown" };
  }
  const fitting = owners(code, begins.filter((rule) => fits(code, rule)));
  const [only, another] = fitting;
  if (only && another) return { kind: "ambiguous", wallets: fitting };
  if (only) return { kind: only.available ? "complete" : "unavailable", wallet: only };
  const next = begins.filter((rule) => code.length < shortest(rule));
  const likely = next.find((rule) => rule.available) ?? next[0];
  return likely ? { kind: "typing", wallet: likely } : { kind: "wrong_length", wallet: first };
}

/** Of the rules that fit: those with the longest prefix, then those that win, then those that this shop takes; one for each wallet. */
function owners(code: string, rules: readonly WalletRule[]): WalletRule[] {
  const rank = (rule: WalletRule) => prefixOf(code, rule) * 2 + (rule.wins ? 1 : 0);
  const best = Math.max(...rules.map(rank));
  const ranked = rules.filter((rule) => rank(rule) === best);
  const taken = ranked.filter((rule) => rule.available);
  const left = taken.length > 0 ? taken : ranked;
  return left.filter((rule, place) => left.findIndex((other) => other.wallet === rule.wallet) === place);
}

function prefixOf(code: string, rule: WalletRule): number {
  return Math.max(0, ...rule.prefixes.filter((prefix) => code.startsWith(prefix)).map((prefix) => prefix.length));
}

function fits(code: string, rule: WalletRule): boolean {
  const [least = 0, most = least] = rule.lengths;
  return code.length >= least && code.length <= most;
}

function shortest(rule: WalletRule): number {
  return rule.lengths[0] ?? 0;
}

/** A code as it may be shown: the first and last two digits. Shorter input shows nothing. */
export function maskCode(code: string): string {
  if (code.length < 8) return "•".repeat(code.length);
  return code.slice(0, 2) + "•".repeat(code.length - 4) + code.slice(-2);
}

/** Digits in groups of four, for reading along while typing. */
export function groupDigits(code: string): string {
  return code.replace(/(\S{4})(?=\S)/g, "$1 ");
}
