// A person decides what nothing else can: says what each verdict does, and takes none without its reason.
import { App, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { decisionTexts } from "./decision_texts";
import { takeIn } from "./queries";

type Verdict = "paid" | "not_paid";

export function SettleModal({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const t = useTranslate(decisionTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const { language } = useLanguage();
  const { message } = App.useApp();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  async function decide() {
    if (!verdict) return;
    if (reason.trim() === "") return setComplaint(t("settle.reason_missing"));
    setBusy(true);
    const outcome = await settle<Payment>(
      client.POST("/v1/payments/{id}/settle", { params: { path: { id: payment.id } }, body: { verdict, reason: reason.trim() } }),
    );
    setBusy(false);
    if (!outcome.ok) return setComplaint(failureText(outcome.failure));
    takeIn(outcome.data);
    void message.success(t("settle.done"));
    onClose();
  }

  const choice = (value: Verdict, means: string) => (
    <Radio value={value}>
      <b>{t(`settle.${value}`)}</b>
      <span className="quiet">{means}</span>
    </Radio>
  );
  return (
    <Modal
      open
      title={t("settle.title", { amount: formatAmount(payment.amount, language) })}
      okText={t("settle.yes")}
      okButtonProps={{ disabled: !verdict, loading: busy }}
      cancelText={t("settle.no")}
      onOk={() => void decide()}
      onCancel={onClose}
    >
      <div className="refund-fields">
        <p>
          <b>{pick(payment.explain.headline)}</b> {pick(payment.explain.detail)}
        </p>
        <p className="quiet">{t("settle.meaning")}</p>
        <Radio.Group className="verdicts" value={verdict} onChange={(event) => setVerdict(event.target.value as Verdict)}>
          {choice("paid", t(payment.money === "recorded" ? "settle.paid_record" : "settle.paid_kept"))}
          {choice("not_paid", t("settle.not_paid_means"))}
        </Radio.Group>
        <label>
          {t("settle.reason")}
          <Input
            value={reason}
            maxLength={200}
            onChange={(event) => {
              setReason(event.target.value);
              setComplaint(null);
            }}
            onPressEnter={() => void decide()}
          />
        </label>
        {complaint && (
          <p className="notice notice-bad" role="alert">
            {complaint}
          </p>
        )}
      </div>
    </Modal>
  );
}
