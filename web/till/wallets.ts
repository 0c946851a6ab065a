// Whose code is this? The rules are the server's data; the till only applies them.
import type { WalletRule } from "../shared/api/types";

export type Recognized =
  | { kind: "empty" }
  | { kind: "not_digits" }
  | { kind: "typing"; wallet: WalletRule | null }
  | { kind: "complete"; wallet: WalletRule }
  | { kind: "unavailable"; wallet: WalletRule }
  | { kind: "wrong_length"; wallet: WalletRule }
  | { kind: "unknown" };

/** Judges a code as far as it has been typed; `typing` means it may still become a known one. */
export function recognize(code: string, rules: readonly WalletRule[]): Recognized {
  if (code === "") return { kind: "empty" };
  if (!/^\d+$/.test(code)) return { kind: "not_digits" };
  const possible = rules.filter((rule) => rule.prefixes.some((p) => code.startsWith(p) || p.startsWith(code)));
  if (possible.length === 0) return { kind: "unknown" };
  const certain = possible.find((rule) => rule.prefixes.some((prefix) => code.startsWith(prefix)));
  if (!certain) return { kind: "typing", wallet: null };
  const [shortest = 0, longest = shortest] = certain.lengths;
  if (code.length > longest) return { kind: "wrong_length", wallet: certain };
  if (!certain.available) return { kind: "unavailable", wallet: certain };
  return code.length < shortest ? { kind: "typing", wallet: certain } : { kind: "complete", wallet: certain };
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
