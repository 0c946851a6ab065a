// What a person sets at this till: sound, type size, language, password, leaving. Side by side where there is room;
// on a phone one button opens them as a list.
import { useState, type ReactNode } from "react";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { Dialog } from "./dialog";
import { tillTexts } from "./texts";
import { isLarge, setLarge } from "./type_size";
import { isMuted, setMuted } from "./voice";

interface SettingsProps {
  /** The list is open: the counter leaves the keys to it. */
  menuOpen: boolean;
  onMenu: (open: boolean) => void;
  onPassword: () => void;
  onSignOut: () => void;
}

interface Setting {
  label: string;
  mark: ReactNode;
  pressed?: boolean;
  choose: () => void;
}

export function Settings(props: SettingsProps) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const { menuOpen, onMenu } = props;
  const settings = useSettings(props);
  const close = () => onMenu(false);
  return (
    <nav className="till-settings" aria-label={t("menu")}>
      <button type="button" className="icon-button settings-more" aria-haspopup="dialog" aria-label={t("menu")} onClick={() => onMenu(true)}>
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
          <circle cx="5" cy="12" r="2.2" />
          <circle cx="12" cy="12" r="2.2" />
          <circle cx="19" cy="12" r="2.2" />
        </svg>
      </button>
      {settings.map(({ label, mark, pressed, choose }) => (
        <button key={label} type="button" className="icon-button" aria-pressed={pressed} aria-label={label} title={label} onClick={choose}>
          {mark}
        </button>
      ))}
      {menuOpen && (
        <Dialog title={t("menu")} onClose={close}>
          <div className="settings-list">
            {settings.map(({ label, mark, choose }) => (
              <button
                key={label}
                type="button"
                className="button"
                onClick={() => {
                  close();
                  choose();
                }}
              >
                {mark} {label}
              </button>
            ))}
            <button type="button" className="button button-quiet" onClick={close}>
              {shared("close")}
            </button>
          </div>
        </Dialog>
      )}
    </nav>
  );
}

function useSettings({ onPassword, onSignOut }: SettingsProps): Setting[] {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const { language, choose } = useLanguage();
  const [muted, setMutedState] = useState(isMuted);
  const [large, setLargeState] = useState(isLarge);
  const switchSound = () => {
    setMuted(!muted);
    setMutedState(!muted);
  };
  const switchType = () => {
    setLarge(!large);
    setLargeState(!large);
  };
  return [
    { label: muted ? t("sound.off") : t("sound.on"), mark: <SoundMark muted={muted} />, pressed: !muted, choose: switchSound },
    { label: large ? t("type.normal") : t("type.large"), mark: <TypeMark />, pressed: large, choose: switchType },
    {
      label: shared("language.switch"),
      mark: (
        <span className="language-mark" aria-hidden="true">
          {shared("language.other")}
        </span>
      ),
      choose: () => choose(language === "zh" ? "en" : "zh"),
    },
    { label: shared("password.title"), mark: <Line path="M11 12l8-8M16 7l3 3M12 15a4 4 0 1 1-8 0 4 4 0 0 1 8 0" />, choose: onPassword },
    { label: shared("signout"), mark: <Line path="M10 4H5v16h5M15 8l4 4-4 4M19 12H9" />, choose: onSignOut },
  ];
}

function TypeMark() {
  return (
    <span className="type-mark" aria-hidden="true">
      A<b>A</b>
    </span>
  );
}

function SoundMark({ muted }: { muted: boolean }) {
  return <Line path={`M8 9h-4v6h4l5 4V5z ${muted ? "M17 9l5 6M22 9l-5 6" : "M16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11"}`} />;
}

function Line({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
      <path d={path} />
    </svg>
  );
}
