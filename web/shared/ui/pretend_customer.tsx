// In a demo only: the customer who scans a shown code. Marked, so that nobody takes it for a part of a real till.
import { useState } from "react";
import { client, settle } from "../api/client";
import { useFailureText } from "../i18n/failures";
import { useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";

export function PretendCustomer({ orderNo, onScanned }: { orderNo: string; onScanned?: () => void }) {
  const t = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  async function scan() {
    setBusy(true);
    setComplaint(null);
    const outcome = await settle(client.POST("/v1/demo/scan/{order_no}", { params: { path: { order_no: orderNo } } }));
    setBusy(false);
    if (outcome.ok) onScanned?.();
    else setComplaint(failureText(outcome.failure));
  }

  return (
    <div className="pretend">
      <button type="button" className="button" disabled={busy} onClick={() => void scan()}>
        <b className="demo-mark">{t("demo.mark")}</b> {busy ? t("demo.scanning") : t("demo.scan")}
      </button>
      {complaint && (
        <p className="complaint" role="alert">
          {complaint}
        </p>
      )}
    </div>
  );
}
