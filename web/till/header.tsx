// The strip above: where we are, who we are, and whether the links and the printer work.
import { memo } from "react";
import type { Link } from "../shared/api/events";
import type { Agent, Me, PrinterState, TillInfo } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { Mark } from "../shared/ui/wordmark";
import { agentTexts } from "./agent_texts";
import { Settings } from "./settings";
import { tillTexts } from "./texts";

interface HeaderProps {
  me: Me;
  info: TillInfo;
  link: Link;
  reachable: boolean;
  printer: PrinterState;
  menuOpen: boolean;
  onMenu: (open: boolean) => void;
  onPassword: () => void;
  agent: Agent | null;
  onSignOut: () => void;
}

/** Remembered between renders: it does not change while an amount is typed. */
export const Header = memo(function Header({ me, info, link, reachable, printer, agent, ...settings }: HeaderProps) {
  const t = useTranslate(tillTexts);
  const ta = useTranslate(agentTexts);
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
      {agent?.server && (
        <Chip
          tone={agent.server.reachable ? "good" : "bad"}
          label={agent.server.reachable ? ta("server.good") : ta("server.bad")}
          short={ta("server.short")}
        />
      )}
      <Chip
        tone={PRINTER_TONES[printer.state] ?? "warn"}
        label={printer.state === "none" ? t("printer.none") : pick(printer.text).replace(/[。.]$/, "")}
        short={printer.state === "none" ? t("printer.none") : t("printer")}
      />
      <Settings {...settings} />
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
