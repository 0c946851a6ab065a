// Times as people read them: always in the store's zone, whatever this device is set to.
import type { Language } from "./i18n/language";

export const STORE_ZONE = "Asia/Shanghai";

type Style = Intl.DateTimeFormatOptions;

/** `14:32:10` */
export function clockWithSeconds(time: string | number): string {
  return format(time, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, "en");
}

/** `14:32` */
export function clock(time: string | number): string {
  return format(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "en");
}

/** `11月23日 14:32:10` or `23 Nov 14:32:10` */
export function dayAndClock(time: string | number, language: Language): string {
  const day = format(time, { month: language === "zh" ? "long" : "short", day: "numeric" }, language);
  return `${day} ${clockWithSeconds(time)}`;
}

/** `2026-11-23` as the store's calendar has it. */
export function storeDate(time: string | number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: STORE_ZONE, dateStyle: "short" }).format(new Date(time));
}

/** `11月23日 星期一` or `Monday 23 November` for a calendar date. */
export function dateInWords(date: string, language: Language): string {
  return format(`${date}T12:00:00+08:00`, { month: "long", day: "numeric", weekday: "long" }, language);
}

/** The calendar date so many days later (or earlier). */
export function addDays(date: string, days: number): string {
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  return noon.toISOString().slice(0, 10);
}

/** The first instant of a store's calendar date, as RFC 3339 with the store's offset. */
export function startOfDate(date: string): string {
  return `${date}T00:00:00+08:00`;
}

/** Whole seconds left, never negative. */
export function secondsLeft(until: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
}

/** `0:45` or `12:05` */
export function minutesAndSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(time: string | number, style: Style, language: Language): string {
  const key = language + JSON.stringify(style);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { ...style, timeZone: STORE_ZONE });
    formats.set(key, found);
  }
  return found.format(new Date(time));
}
