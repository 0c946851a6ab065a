// The codes that the demo's tills show at this moment, for whoever wants to be the customer.
import { useCallback, useEffect, useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { ShownCode } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { PretendCustomer } from "../shared/ui/pretend_customer";
import { publicTexts } from "./texts";

const POLL_MS = 2000;

export function ShownCodes() {
  const t = useTranslate(publicTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const [codes, setCodes] = useState<readonly ShownCode[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const load = useCallback(async () => {
    const outcome = await settle(client.GET("/v1/demo/scan"));
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setCodes(outcome.data.items);
  }, []);
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), POLL_MS);
    return () => clearInterval(timer);
  }, [load]);

  return (
    <section className="cases shown-codes">
      <h2>{t("shown.title")}</h2>
      {failure && (
        <p className="notice notice-warn" role="alert">
          {failureText(failure)}
        </p>
      )}
      {codes?.length === 0 && <p className="quiet">{t("shown.empty")}</p>}
      <ul>
        {codes?.map((code) => (
          <li key={code.order_no} className="case">
            <div>
              <strong>
                {pick(code.wallet_label)} {formatAmount(code.amount, language)}
              </strong>
              <span className="case-code">{t("shown.order", { order: code.order_no.slice(-6) })}</span>
            </div>
            <PretendCustomer orderNo={code.order_no} onScanned={() => void load()} />
          </li>
        ))}
      </ul>
    </section>
  );
}
