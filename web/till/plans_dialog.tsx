// Paying in instalments: the plans of a wallet for this amount, read by the customer before anything is charged.
import { useCallback, useEffect, useState, type FormEvent } from "react";
import { client, settle } from "../shared/api/client";
import type { Amount, InstallmentPlans, Installments, Text } from "../shared/api/types";
import { failureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { Dialog } from "./dialog";
import { planTexts } from "./plan_texts";

interface PlansProps {
  wallet: string;
  label: Text;
  due: Amount;
  onClose: () => void;
  onChosen: (plan: Installments) => void;
}

type Asked = { state: "asking" } | { state: "failed"; text: Text } | { state: "told"; plans: InstallmentPlans };

export function PlansDialog({ wallet, label, due, onClose, onChosen }: PlansProps) {
  const t = useTranslate(planTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const [asked, ask] = usePlans(wallet, due);
  const [chosen, setChosen] = useState<Installments | null>(null);
  const title = t("plans.title", { wallet: pick(label), amount: formatAmount(due, language) });

  function choose(event: FormEvent) {
    event.preventDefault();
    if (chosen) onChosen(chosen);
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form className="plans-form" onSubmit={choose}>
        <h2>{title}</h2>
        <div aria-live="polite">
          {asked.state === "asking" && <p className="plans-asking">{t("plans.asking")}</p>}
          {asked.state === "failed" && (
            <p className="notice notice-bad" role="alert">
              {pick(asked.text)}
            </p>
          )}
          {asked.state === "told" && asked.plans.items.length === 0 && (
            <p className="notice notice-warn">
              <b>{t("plans.none")}</b> {pick(asked.plans.text)}
            </p>
          )}
        </div>
        {asked.state === "told" && asked.plans.items.length > 0 && (
          <>
            <p>{pick(asked.plans.text)}</p>
            <fieldset className="choices plans">
              <legend>{t("plans.choose")}</legend>
              {asked.plans.items.map((plan, place) => (
                <Plan key={plan.count} plan={plan} first={place === 0} chosen={plan === chosen} onChoose={() => setChosen(plan)} />
              ))}
            </fieldset>
            <p className="plans-ours">{t("plans.ours", { wallet: pick(label) })}</p>
          </>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t("plans.no")} <kbd>Esc</kbd>
          </button>
          {asked.state === "failed" ? (
            <button type="button" className="button button-primary" onClick={ask}>
              {t("plans.again")}
            </button>
          ) : (
            <button type="submit" className="button button-primary" disabled={!chosen}>
              {t("plans.yes")} <kbd>Enter</kbd>
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function Plan({ plan, first, chosen, onChoose }: { plan: Installments; first: boolean; chosen: boolean; onChoose: () => void }) {
  const t = useTranslate(planTexts);
  const { language } = useLanguage();
  const money = (amount: Amount) => formatAmount(amount, language);
  const schedule =
    plan.count === 1
      ? t("plans.once", { amount: money(plan.first) })
      : plan.first.amount === plan.later.amount
        ? t("plans.each", { amount: money(plan.first) })
        : t("plans.first", { first: money(plan.first), later: money(plan.later) });
  return (
    <label className="choice plan">
      <input type="radio" name="plan" checked={chosen} data-first-focus={first || undefined} onChange={onChoose} />
      <span className="plan-count">{t("plans.count", { count: plan.count })}</span>
      <b>{schedule}</b>
      <small>{plan.fee.amount > 0 ? t("plans.fee", { fee: money(plan.fee) }) : t("plans.free")}</small>
    </label>
  );
}

/** What the wallet offers for the amount, and a way to ask again. */
function usePlans(wallet: string, { amount, currency }: Amount): [Asked, () => void] {
  const [asked, setAsked] = useState<Asked>({ state: "asking" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    const call = client.GET("/v1/installments", { params: { query: { wallet, amount, currency } }, signal: gone.signal });
    void settle(call).then((outcome) => {
      if (gone.signal.aborted) return;
      setAsked(outcome.ok ? { state: "told", plans: outcome.data } : { state: "failed", text: failureText(outcome.failure) });
    });
    return () => gone.abort();
  }, [wallet, amount, currency, round]);
  const again = useCallback(() => {
    setAsked({ state: "asking" });
    setRound((before) => before + 1);
  }, []);
  return [asked, again];
}
