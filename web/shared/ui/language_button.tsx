// The switch between Chinese and English, labeled in the language it leads to.
import { useLanguage, useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";

export function LanguageButton({ className = "button button-quiet" }: { className?: string }) {
  const { language, choose } = useLanguage();
  const t = useTranslate(sharedTexts);
  return (
    <button
      type="button"
      className={className}
      aria-label={t("language.switch")}
      onClick={() => choose(language === "zh" ? "en" : "zh")}
    >
      {t("language.other")}
    </button>
  );
}
