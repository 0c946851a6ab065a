// The strip above: where we are, who we are, and whether the links and the printer work.
import { memo, useState } from "react";
import type { Link } from "../shared/api/events";
import type { Me, PrinterState, TillInfo } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { Mark } from "../shared/ui/wordmark";
import { tillTexts } from "./texts";
import { isLarge, setLarge } from "./type_size";
import { isMuted, setMuted } from "./voice";

interface HeaderProps {
  me: Me;
  info: TillInfo;
  link: Link;
  reachable: boolean;
  printer: PrinterState;
  onPassword: () => void;
  onSignOut: () => void;
}

/** Remembered between renders: it does not change while an amount is typed. */
export const Header = memo(function Header({ me, info, link, reachable, printer, onPassword, onSignOut }: HeaderProps) {
  const t = useTranslate(tillTexts);
  const pick = usePick();
  const shownLink = reachable ? link : "lost";
  const linkTone = { live: "good", connecting: "warn", lost: "bad" }[shownLink];
  return (
    <header className="till-header">
      <Mark />
      <div className="till-place">
        <strong>{info.store.name}</strong>
        <span>
          {info.till.name} · {me.staff.name}
        </span>
      </div>
      <Chip tone={linkTone} label={t(`link.${shownLink}`)} />
      <Chip
        tone={PRINTER_TONES[printer.state] ?? "warn"}
        label={printer.state === "none" ? t("printer.none") : pick(printer.text).replace(/[。.]$/, "")}
        short={printer.state === "none" ? t("printer.none") : t("printer")}
      />
      <Settings onPassword={onPassword} onSignOut={onSignOut} />
    </header>
  );
});

const PRINTER_TONES: Record<string, string> = {
  ready: "good",
  none: "off",
  near_end: "warn",
  unknown: "warn",
  hot: "warn",
  paper_out: "bad",
  cover_open: "bad",
  cutter_error: "bad",
  offline: "bad",
};

/** The dot has a shape per tone (disc, triangle, square, ring), so that it reads without color. */
function Chip({ tone, label, short = label }: { tone: string; label: string; short?: string }) {
  return (
    <span className={`chip chip-${tone}`} title={label}>
      <i aria-hidden="true" />
      <span className="chip-long">{label}</span>
      <span className="chip-short" aria-hidden="true">
        {short}
      </span>
    </span>
  );
}

function Settings({ onPassword, onSignOut }: { onPassword: () => void; onSignOut: () => void }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const { language, choose } = useLanguage();
  const [muted, setMutedState] = useState(isMuted);
  const [large, setLargeState] = useState(isLarge);
  return (
    <nav className="till-settings" aria-label={t("menu")}>
      <button
        type="button"
        className="icon-button"
        aria-pressed={!muted}
        title={muted ? t("sound.off") : t("sound.on")}
        aria-label={muted ? t("sound.off") : t("sound.on")}
        onClick={() => {
          setMuted(!muted);
          setMutedState(!muted);
        }}
      >
        <SoundMark muted={muted} />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-pressed={large}
        title={large ? t("type.normal") : t("type.large")}
        aria-label={large ? t("type.normal") : t("type.large")}
        onClick={() => {
          setLarge(!large);
          setLargeState(!large);
        }}
      >
        <span className="type-mark" aria-hidden="true">
          A<b>A</b>
        </span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={shared("language.switch")}
        title={shared("language.switch")}
        onClick={() => choose(language === "zh" ? "en" : "zh")}
      >
        <span aria-hidden="true">{language === "zh" ? "EN" : "中"}</span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={shared("password.title")}
        title={shared("password.title")}
        onClick={onPassword}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
          <circle cx="8" cy="15" r="4" />
          <path d="M11 12l8-8M16 7l3 3" />
        </svg>
      </button>
      <button type="button" className="icon-button" aria-label={shared("signout")} title={shared("signout")} onClick={onSignOut}>
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
          <path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9" />
        </svg>
      </button>
    </nav>
  );
}

function SoundMark({ muted }: { muted: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
      <path d="M4 9v6h4l5 4V5L8 9z" fill="currentColor" />
      {muted ? <path d="M17 9l5 6M22 9l-5 6" /> : <path d="M16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11" />}
    </svg>
  );
}
