// The number pad: big keys for fingers.
import { memo } from "react";
import { useTranslate } from "../shared/i18n/language";
import { tillTexts } from "./texts";

const KEYS = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0", "00"];

export const Pad = memo(function Pad({ onKey }: { onKey: (key: string) => void }) {
  const t = useTranslate(tillTexts);
  // The pad never takes the focus: it belongs to the scanner and the keyboard.
  const key = (name: string, label: string, spoken = label, className = "") => (
    <button
      key={name}
      type="button"
      tabIndex={-1}
      className={`pad-key ${className}`}
      aria-label={spoken}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => onKey(name)}
    >
      {label}
    </button>
  );
  return (
    <div className="pad" role="group" aria-label={t("pad.label")}>
      <div className="pad-digits">{KEYS.map((name) => key(name, name))}</div>
      <div className="pad-side">
        {key("Backspace", "⌫", t("pad.backspace"), "pad-quiet")}
        {key("Clear", "C", t("pad.clear"), "pad-quiet")}
      </div>
    </div>
  );
});
