// A payment that was found paid after the till had lost sight of it, and one button that says "seen".
import { App, Button } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Me, Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { usePick, useTranslate } from "../shared/i18n/language";
import { decisionTexts } from "./decision_texts";
import { takeIn } from "./queries";

export function FoundNotice({ payment, me }: { payment: Payment; me: Me }) {
  const t = useTranslate(decisionTexts);
  const pick = usePick();
  const { found } = payment;
  if (!found) return null;
  return (
    <div className={found.seen_by ? "notice found-notice" : "notice notice-warn found-notice"}>
      <p>{pick(found.text)}</p>
      {found.seen_by ? <p className="quiet">{t("found.seen_by", { who: found.seen_by })}</p> : <SeenButton payment={payment} me={me} />}
    </div>
  );
}

export function SeenButton({ payment, me }: { payment: Payment; me: Me }) {
  const t = useTranslate(decisionTexts);
  const failureText = useFailureText();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (!me.permissions.includes("take")) return null;

  async function acknowledge() {
    setBusy(true);
    const outcome = await settle<Payment>(client.POST("/v1/payments/{id}/acknowledge", { params: { path: { id: payment.id } } }));
    setBusy(false);
    if (!outcome.ok) return void message.error(failureText(outcome.failure));
    takeIn(outcome.data);
    void message.success(t("found.acknowledged"));
  }

  return (
    <Button loading={busy} onClick={() => void acknowledge()}>
      {t("found.seen")}
    </Button>
  );
}
