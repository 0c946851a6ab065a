// Something the merchant must know: what it is, what it is about, and the one thing to do about it.
import { App, Button } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Alarm, Me } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { noticesTexts } from "./notices_texts";
import { renewAlarms } from "./notices_queries";
import { takeIn } from "./queries";
import { address, Link } from "./router";

const TWICE = "sale_paid_twice";

/** Where more is to be seen about it. */
function about(alarm: Alarm): string | null {
  if (alarm.code === TWICE) return address(`payments/${alarm.subject}`);
  return alarm.code.startsWith("webhook_") ? address(`notices/${alarm.subject}`) : null;
}

/** `whole` also tells what is known of it, how often it was raised, and who has seen it. */
export function AlarmText({ alarm, whole = false }: { alarm: Alarm; whole?: boolean }) {
  const t = useTranslate(noticesTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const at = (time: string) => dayAndClock(time, language);
  const href = about(alarm);
  const name = t(alarm.code === TWICE ? "alarm.second" : "alarm.see");
  return (
    <div className="alarm-text">
      <b>{pick(alarm.text)}</b>
      {whole && alarm.detail && <p className="quiet alarm-detail">{alarm.detail}</p>}
      <p className="quiet">
        {alarm.times > 1 ? t("alarm.times", { count: alarm.times, time: at(alarm.last_at) }) : at(alarm.last_at)}
        {whole && alarm.seen_at && ` · ${t("alarm.seen_by", { who: alarm.seen_by ?? "", time: at(alarm.seen_at) })}`}
        {href && (
          <>
            {" · "}
            <Link href={href}>{name}</Link>
          </>
        )}
      </p>
    </div>
  );
}

export function AlarmActs({ alarm, me }: { alarm: Alarm; me: Me }) {
  const t = useTranslate(noticesTexts);
  const failureText = useFailureText();
  const { modal, message } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (alarm.seen_at || !me.permissions.includes("refund")) return null;
  const params = { path: { id: alarm.id } };

  async function see() {
    setBusy(true);
    const outcome = await settle(client.POST("/v1/alarms/{id}/seen", { params }));
    setBusy(false);
    if (!outcome.ok) void message.error(failureText(outcome.failure));
    renewAlarms();
  }

  async function giveBack() {
    const outcome = await settle(client.POST("/v1/alarms/{id}/give-back", { params: { ...params, query: { wait: 10 } } }));
    renewAlarms();
    if (!outcome.ok) return void message.error(failureText(outcome.failure));
    takeIn(outcome.data);
    void message.success(t("back.done"));
  }

  const ask = () =>
    modal.confirm({
      title: t("back.title"),
      content: t("back.meaning"),
      okText: t("back"),
      cancelText: t("cancel"),
      okButtonProps: { danger: true },
      onOk: giveBack,
    });
  return (
    <div className="alarm-acts">
      {alarm.code === TWICE && (
        <Button danger onClick={ask}>
          {t("back")}
        </Button>
      )}
      <Button loading={busy} onClick={() => void see()}>
        {t("alarm.seen")}
      </Button>
    </div>
  );
}
