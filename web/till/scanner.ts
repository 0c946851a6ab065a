// Telling a scanner from a person: both press keys, only the scanner presses them this fast.
//
// A scanner in keyboard mode sends a code as key presses a few milliseconds apart and usually ends with Enter. The
// first digits look like a person's, so fast keys are held until the pace decides: a long burst is a code, anything
// else is given back as typing. Slow (wireless) and stuttering scanners fall between the two: some of their digits
// pass as typing before it shows that they belong to a code. So a scan is told with the typing just before it, and
// `wholeCode` finds where the code begins.

/** Largest gap inside a burst. A person's fastest roll of two keys can be quicker, eight in a row cannot. */
export const BURST_GAP_MS = 36;
/** Largest gap inside a slow scanner's run. */
export const SLOW_GAP_MS = 130;
const BURST_LENGTH_MIN = 8;
/** Shortest burst taken for a code when no Enter ends it. */
const UNENDED_LENGTH_MIN = 12;
/** Shortest slow run taken for a code: every payer code has at least 16 digits, no amount does. */
const SLOW_LENGTH_MIN = 16;

export type Heard =
  | { kind: "typed"; key: string }
  /** All keys of the quick run; the first `typed` of them were told as typing before. */
  | { kind: "scanned"; keys: string; typed: number };

export class ScannerEar {
  private held: string[] = [];
  private heldSince = 0;
  private lastAt = Number.NEGATIVE_INFINITY;
  /** Keys of the present slow run that were already given back as typing. */
  private run: string[] = [];
  private runEndedAt = Number.NEGATIVE_INFINITY;

  /** One key press: a single character, or "Enter", at a time in milliseconds. Says what it settled, in order. */
  press(key: string, at: number): Heard[] {
    const heard = this.settle(at);
    const gap = at - this.lastAt;
    this.lastAt = at;
    if (key === "Enter") return [...heard, ...this.enter(gap)];
    if (this.held.length === 0) this.heldSince = at;
    this.held.push(key);
    return heard;
  }

  /** Time passed without a key. */
  settle(now: number): Heard[] {
    if (this.held.length === 0) {
      if (now - this.lastAt > SLOW_GAP_MS) this.run = [];
      return [];
    }
    if (now - this.lastAt <= this.patience()) return [];
    return this.held.length >= UNENDED_LENGTH_MIN ? this.scanned() : this.giveBack();
  }

  /** When `settle` next has something to say, if no key comes. */
  settlesAt(): number | null {
    return this.held.length === 0 ? null : this.lastAt + this.patience() + 1;
  }

  /** Once it is plainly a scanner, a pause is a stutter and not a person taking over. */
  private patience(): number {
    return this.held.length >= BURST_LENGTH_MIN ? SLOW_GAP_MS : BURST_GAP_MS;
  }

  private enter(gap: number): Heard[] {
    if (this.held.length >= BURST_LENGTH_MIN) return this.scanned();
    const heard = this.giveBack();
    if (gap <= SLOW_GAP_MS && this.run.length >= SLOW_LENGTH_MIN) return [...heard, ...this.scanned()];
    this.run = [];
    return [...heard, { kind: "typed", key: "Enter" }];
  }

  private scanned(): Heard[] {
    if (this.heldSince - this.runEndedAt > SLOW_GAP_MS && this.held.length > 0) this.run = [];
    const scanned: Heard = { kind: "scanned", keys: [...this.run, ...this.held].join(""), typed: this.run.length };
    this.held = [];
    this.run = [];
    return [scanned];
  }

  private giveBack(): Heard[] {
    const keys = this.held;
    this.held = [];
    if (this.heldSince - this.runEndedAt > SLOW_GAP_MS) this.run = [];
    this.run.push(...keys);
    this.runEndedAt = this.lastAt;
    return keys.map((key) => ({ kind: "typed", key }));
  }
}

/**
 * The code within a quick run and how many typed keys it claims back: the longest ending of the run that is a whole
 * code, or else just what came in the burst.
 */
export function wholeCode(
  keys: string,
  typed: number,
  isWhole: (code: string) => boolean,
): { code: string; retract: number } {
  for (let start = 0; start <= typed && start < keys.length; start += 1) {
    const code = keys.slice(start);
    if (isWhole(code)) return { code, retract: typed - start };
  }
  return typed === keys.length ? { code: keys, retract: typed } : { code: keys.slice(typed), retract: 0 };
}

/** The part of a keyboard event that matters here. */
export interface KeyPress {
  key: string;
  code: string;
  isComposing: boolean;
}

/**
 * The character a press stands for, or null for a key that types nothing. An input method swallows the character
 * (`Process`), but the physical key is still named, and the keys of a code are all digits.
 */
export function characterOf(press: KeyPress): string | null {
  if (press.key === "Enter" || press.code === "NumpadEnter") return "Enter";
  if (press.isComposing || press.key === "Process" || press.key === "Unidentified") {
    if (press.code === "Enter") return "Enter";
    return /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1] ?? null;
  }
  if (press.key.length !== 1) return null;
  return fromFullWidth(press.key);
}

/** Full-width digits, as a Chinese input method may write them, become plain ones. */
export function fromFullWidth(text: string): string {
  return text.replace(/[０-９．]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0));
}
