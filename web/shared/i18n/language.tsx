// The language a person reads: chosen once, kept on this device, Chinese unless they say otherwise.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Text } from "../api/types";
import { fill, inWords, type Dictionary, type Parameters } from "./dictionary";

export type Language = keyof Text;

const STORAGE_KEY = "paydesk.language";

interface LanguageChoice {
  language: Language;
  choose: (language: Language) => void;
}

const LanguageContext = createContext<LanguageChoice>({ language: "zh", choose: () => {} });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(remembered);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  const choose = useCallback((next: Language) => {
    localStorage.setItem(STORAGE_KEY, next);
    setLanguage(next);
  }, []);
  const value = useMemo(() => ({ language, choose }), [language, choose]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}

/** The server's sentences in the chosen language. */
export function usePick(): (text: Text) => string {
  const { language } = useLanguage();
  return useCallback((text: Text) => inWords(text, language), [language]);
}

export type Translate<D extends Dictionary> = (key: keyof D, parameters?: Parameters) => string;

/** Our own sentences in the chosen language. */
export function useTranslate<D extends Dictionary>(entries: D): Translate<D> {
  const { language } = useLanguage();
  return useCallback(
    (key: keyof D, parameters?: Parameters) => fill((entries[key] as Text)[language], parameters),
    [entries, language],
  );
}

function remembered(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "zh") return asked;
  return localStorage.getItem(STORAGE_KEY) === "en" ? "en" : "zh";
}
