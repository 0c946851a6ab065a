// The steps below the wallets: cash and the shop's printed code. Always in reach; in front when the way up is broken.
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { clock } from "../shared/time";
import { ladderTexts } from "./ladder_texts";
import type { Ways } from "./use_ways";

/** A step: money that a person vouches for. */
export type Step = "cash" | "shop_code";

export const STEP_KEYS: Record<Step, string> = { cash: "F7", shop_code: "F10" };

export function stepOf(key: string): Step | null {
  return key === STEP_KEYS.cash ? "cash" : key === STEP_KEYS.shop_code ? "shop_code" : null;
}

export function StepButtons({ className = "", onStep }: { className?: string; onStep: (step: Step) => void }) {
  const t = useTranslate(ladderTexts);
  return (["cash", "shop_code"] as const).map((step) => (
    <button key={step} type="button" className={`button ${className}`} onClick={() => onStep(step)}>
      {t(step)} <kbd>{STEP_KEYS[step]}</kbd>
    </button>
  ));
}

/** What is down, what it means, and the two steps in front. */
export function Ladder({ ways, onStep }: { ways: Ways; onStep: (step: Step) => void }) {
  const t = useTranslate(ladderTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const wallets = ways.down.map(({ label }) => pick(label)).join(language === "zh" ? "、" : ", ");
  const since = ways.down.map((way) => way.since ?? "").sort()[0];
  return (
    <section className="ladder">
      <div role="status">
        <h1>{ways.serverAway ? t("down.server") : t("down.one", { wallets, time: since ? clock(since) : "" })}</h1>
        <p>{ways.serverAway ? t("down.server_means") : t("down.means")}</p>
      </div>
      <div className="ladder-steps">
        <StepButtons className="button-primary" onStep={onStep} />
      </div>
    </section>
  );
}
