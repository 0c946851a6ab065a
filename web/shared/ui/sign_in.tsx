// Signing in: one card, used by till and console alike.
import { useState, type FormEvent } from "react";
import { client, settle } from "../api/client";
import type { Me } from "../api/types";
import { useFailureText } from "../i18n/failures";
import { useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";
import { noteSignedIn } from "../session";
import { LanguageButton } from "./language_button";
import { Wordmark } from "./wordmark";

export function SignIn({ place, onSignedIn }: { place: string; onSignedIn: (me: Me) => void }) {
  const t = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const login = String(form.get("login") ?? "").trim();
    const password = String(form.get("password") ?? "");
    if (!login || !password) return setComplaint(t("signin.missing"));
    setBusy(true);
    setComplaint(null);
    const outcome = await settle(client.POST("/v1/session", { body: { login, password } }));
    setBusy(false);
    if (!outcome.ok) return setComplaint(failureText(outcome.failure));
    noteSignedIn();
    onSignedIn(outcome.data);
  }

  return (
    <main className="sign-in-page">
      <h1 className="visually-hidden">
        {t("product")} {place}
      </h1>
      <form className="sign-in-card" onSubmit={submit} noValidate>
        <div className="sign-in-head">
          <Wordmark label={`${t("product")} ${place}`} />
          <LanguageButton />
        </div>
        <label className="field">
          {t("signin.login")}
          <input name="login" autoComplete="username" autoCapitalize="none" autoFocus />
        </label>
        <label className="field">
          {t("signin.password")}
          <input name="password" type="password" autoComplete="current-password" />
        </label>
        {complaint && (
          <p className="notice notice-bad" role="alert">
            {complaint}
          </p>
        )}
        <button className="button button-primary" type="submit" disabled={busy}>
          {busy ? t("signin.busy") : t("signin.submit")}
        </button>
      </form>
    </main>
  );
}
