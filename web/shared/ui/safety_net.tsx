// When a page itself breaks: say so and offer to open it again. Payments are not lost by it; the server drives them.
import { Component, type ReactNode } from "react";
import { useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";

export class SafetyNet extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const t = useTranslate(sharedTexts);
  return (
    <main className="sign-in-page">
      <div className="sign-in-card" role="alert">
        <h1>{t("broken.title")}</h1>
        <p>{t("broken.meaning")}</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>
          {t("broken.reload")}
        </button>
      </div>
    </main>
  );
}
