// Saying results aloud, for a cashier whose eyes are elsewhere. Never the only sign, and easily turned off.
import type { Payment, Text } from "../shared/api/types";
import { fill } from "../shared/i18n/dictionary";
import type { Language } from "../shared/i18n/language";
import { spokenAmount } from "../shared/money";
import { ladderTexts } from "./ladder_texts";
import { tillTexts } from "./texts";

const MUTED = "paydesk.till.muted";

export function isMuted(): boolean {
  return localStorage.getItem(MUTED) === "1";
}

export function setMuted(muted: boolean): void {
  localStorage.setItem(MUTED, muted ? "1" : "0");
  if (muted) window.speechSynthesis?.cancel();
}

/** What is said about a payment's new state, or null when it is not worth saying. */
export function sentenceFor(payment: Payment, language: Language): string | null {
  const say = (text: Text, values = {}) => fill(text[language], values);
  switch (payment.money) {
    case "paid": {
      const received = say(tillTexts["voice.paid"], {
        wallet: payment.wallet_label[language].replace(/支付$/, ""),
        amount: spokenAmount(payment.paid ?? payment.amount, language),
      });
      const change = payment.cash?.change;
      if (!change || change.amount === 0) return received;
      const given = say(ladderTexts["voice.change"], { amount: spokenAmount(change, language) });
      return language === "zh" ? `${received}，${given}` : `${received}, ${given}`;
    }
    case "not_paid":
      return say(tillTexts["voice.not_paid"]);
    case "returned":
      return say(tillTexts["voice.returned"]);
    case "recorded":
      return say(tillTexts["voice.recorded"]);
    case "waiting":
    case "verifying":
      return null;
  }
}

export function speak(sentence: string, language: Language): void {
  const voice = window.speechSynthesis;
  if (isMuted() || !voice) return;
  voice.cancel();
  const utterance = new SpeechSynthesisUtterance(sentence);
  utterance.lang = language === "zh" ? "zh-CN" : "en-US";
  voice.speak(utterance);
}
