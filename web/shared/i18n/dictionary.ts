// Dictionaries: every sentence in both languages side by side, so that one cannot exist without the other.
import type { Text } from "../api/types";

export type Dictionary = Record<string, Text>;
export type Parameters = Record<string, string | number>;

/** Keeps the keys' exact names in the type while requiring both languages. */
export function dictionary<D extends Dictionary>(entries: D): D {
  return entries;
}

/** Puts values into a sentence's `{name}` places. A place without a value stays visible, so that a test or a reader finds it. */
export function fill(sentence: string, parameters: Parameters = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) =>
    name in parameters ? String(parameters[name]) : place,
  );
}

/** The names of a sentence's places, sorted. */
export function placesOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

/** A sentence of the server in this language. It writes yuan with Chinese text's wide sign, which tears English apart. */
export function inWords(text: Text, language: keyof Text): string {
  return language === "en" ? text.en.replaceAll("￥", "¥") : text.zh;
}
