// Money as people type, read and hear it. Inside it is always whole minor units (fen).
import type { Amount } from "./api/types";
import type { Language } from "./i18n/language";

const DECIMALS: Record<string, number> = { CNY: 2, HKD: 2, USD: 2, EUR: 2, JPY: 0, KRW: 0 };
const DIGITS_MAX = 9;

export type AmountRefusal = "empty" | "not_a_number" | "too_many_decimals" | "not_positive" | "too_many_digits";
export type ParsedAmount = { ok: true; minor: number } | { ok: false; refusal: AmountRefusal };

/** Reads an amount in major units ("12.5") into minor units (1250) without ever passing through a float. */
export function parseAmount(typed: string, currency = "CNY"): ParsedAmount {
  const decimals = decimalsOf(currency);
  const text = typed.trim().replace(/[,，\s]/g, "");
  if (text === "" || text === ".") return { ok: false, refusal: "empty" };
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match) return { ok: false, refusal: "not_a_number" };
  const whole = match[1] ?? "";
  const fraction = match[2] ?? "";
  if (fraction.length > decimals) return { ok: false, refusal: "too_many_decimals" };
  if (whole.replace(/^0+/, "").length > DIGITS_MAX) return { ok: false, refusal: "too_many_digits" };
  const minor = Number(`${whole || "0"}${fraction.padEnd(decimals, "0")}`);
  return minor > 0 ? { ok: true, minor } : { ok: false, refusal: "not_positive" };
}

/** What the amount line holds after one more key of the pad; a key that makes no sense changes nothing. */
export function typeAmountKey(entry: string, key: string, currency = "CNY"): string {
  if (key === "Backspace") return entry.slice(0, -1);
  if (key === "Clear") return "";
  if (key === ".") {
    if (decimalsOf(currency) === 0 || entry.includes(".")) return entry;
    return entry === "" ? "0." : `${entry}.`;
  }
  if (!/^(\d|00)$/.test(key)) return entry;
  const next = entry === "0" ? key : entry + key;
  const [whole = "", fraction = ""] = next.split(".");
  if (fraction.length > decimalsOf(currency) || whole.length > DIGITS_MAX) return entry;
  return /^0+$/.test(next) ? "0" : next;
}

/** `￥1,234.50`: sign, thousands, all decimals. */
export function formatAmount({ amount, currency }: Amount, language: Language = "zh"): string {
  const sign = amount < 0 ? "-" : "";
  return `${sign}${currencySign(currency, language)}${formatNumber(Math.abs(amount), currency)}`;
}

/** The same without the currency's sign, for columns that name it once. */
export function formatNumber(minor: number, currency = "CNY"): string {
  const decimals = decimalsOf(currency);
  const digits = String(minor).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
}

/** The plain decimal text of an amount, as one would type it again. */
export function amountEntry({ amount, currency }: Amount): string {
  return formatNumber(amount, currency).replaceAll(",", "");
}

export function currencySign(currency: string, language: Language = "zh"): string {
  if (currency === "CNY") return language === "zh" ? "￥" : "¥";
  return `${currency} `;
}

/** What a customer is likely to hand over for this: the exact amount, then what the next notes make of it. */
export function likelyTendered({ amount, currency }: Amount): number[] {
  const unit = 10 ** decimalsOf(currency);
  const rounded = [5, 10, 20, 50, 100].map((note) => Math.ceil(amount / (note * unit)) * note * unit);
  return [...new Set([amount, ...rounded])].slice(0, 4);
}

/** An amount as it is said aloud: 十二元五角, or "12 yuan 50". */
export function spokenAmount({ amount, currency }: Amount, language: Language): string {
  const whole = Math.floor(amount / 100);
  const rest = amount % 100;
  if (currency !== "CNY") return `${currency} ${formatNumber(amount, currency)}`;
  if (language === "en") return rest === 0 ? `${whole} yuan` : `${whole} yuan ${rest}`;
  const yuan = whole > 0 ? `${chineseNumber(whole)}元` : "";
  const jiao = Math.floor(rest / 10);
  const fen = rest % 10;
  const jiaoWords = jiao > 0 ? `${NUMERALS[jiao]}角` : whole > 0 && fen > 0 ? "零" : "";
  return `${yuan}${jiaoWords}${fen > 0 ? `${NUMERALS[fen]}分` : ""}`;
}

const NUMERALS = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const PLACES = ["", "十", "百", "千"];
const GROUPS = ["", "万", "亿"];

/** Whole numbers from 1 up in Chinese numerals, with the zeros that speech needs: 10050 is 一万零五十. */
export function chineseNumber(value: number): string {
  let words = "";
  let missing = false;
  const digits = String(value);
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[index]);
    const power = digits.length - 1 - index;
    if (digit === 0) {
      missing = true;
    } else {
      words += (missing && words !== "" ? "零" : "") + (NUMERALS[digit] ?? "") + (PLACES[power % 4] ?? "");
      missing = false;
    }
    const groupHasDigits = /[1-9]/.test(digits.slice(Math.max(0, index - 3), index + 1));
    if (power % 4 === 0 && power > 0 && groupHasDigits) {
      words += GROUPS[power / 4] ?? "";
      missing = false;
    }
  }
  return words.replace(/^一十/, "十");
}

function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}
