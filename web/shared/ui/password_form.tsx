// Changing one's own password, at the till and in the console alike.
import { useState, type FormEvent, type ReactNode } from "react";
import { client, settle } from "../api/client";
import { useFailureText } from "../i18n/failures";
import { useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";

const SHORTEST = 10;

interface PasswordFormProps {
  login: string;
  onDone: () => void;
  /** What stands beside the button: a way back. */
  children?: ReactNode;
}

export function PasswordForm({ login, onDone, children }: PasswordFormProps) {
  const t = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const [current, password, again] = [text("current"), text("password"), text("again")];
    if (!current) return setComplaint(t("password.current_missing"));
    if ([...password].length < SHORTEST) return setComplaint(t("password.short", { count: SHORTEST }));
    if (password !== again) return setComplaint(t("password.differ"));
    setBusy(true);
    setComplaint(null);
    const outcome = await settle(client.POST("/v1/me/password", { body: { current, password } }));
    setBusy(false);
    if (outcome.ok) onDone();
    else setComplaint(failureText(outcome.failure));
  }

  return (
    <form className="password-form" onSubmit={(event) => void submit(event)} noValidate>
      <input name="login" autoComplete="username" value={login} readOnly hidden />
      <label className="field">
        {t("password.current")}
        <input name="current" type="password" autoComplete="current-password" data-first-focus autoFocus />
      </label>
      <label className="field">
        {t("password.new")}
        <input name="password" type="password" autoComplete="new-password" />
      </label>
      <label className="field">
        {t("password.again")}
        <input name="again" type="password" autoComplete="new-password" />
      </label>
      <p className="notice">{t("password.meaning")}</p>
      {complaint && (
        <p className="notice notice-bad" role="alert">
          {complaint}
        </p>
      )}
      <div className="dialog-actions">
        {children}
        <button type="submit" className="button button-primary" disabled={busy}>
          {busy ? t("password.busy") : t("password.change")}
        </button>
      </div>
    </form>
  );
}
