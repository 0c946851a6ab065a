// Registering a system, or changing where it is and what it is told.
import { Checkbox, Input } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Webhook } from "../shared/api/types";
import { useTranslate } from "../shared/i18n/language";
import { FormModal } from "./form_modal";
import { noticesTexts } from "./notices_texts";
import { renewWebhooks } from "./notices_queries";
import { EVENTS } from "./notices_said";
import type { Told } from "./secret_modal";

interface FormProps {
  /** The system as it is; nothing for a new one. */
  webhook?: Webhook;
  onClose: () => void;
  onTold: (told: Told) => void;
}

export function WebhookForm({ webhook, onClose, onTold }: FormProps) {
  const t = useTranslate(noticesTexts);
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [events, setEvents] = useState<string[]>(webhook?.events ?? [...EVENTS]);

  const complain = () => (url.trim() === "" ? t("url.needed") : events.length === 0 ? t("events.needed") : null);

  async function send() {
    const body = { url: url.trim(), events };
    if (webhook) return settle(client.PUT("/v1/webhooks/{id}", { params: { path: { id: webhook.id } }, body }));
    const made = await settle(client.POST("/v1/webhooks", { body }));
    if (made.ok && made.data.secret) onTold({ title: t("secret.title"), secret: made.data.secret, note: t("secret.note") });
    return made;
  }

  return (
    <FormModal
      title={t(webhook ? "change.title" : "add.title")}
      ok={t(webhook ? "change.ok" : "add.ok")}
      cancel={t("cancel")}
      complain={complain}
      send={send}
      onSent={renewWebhooks}
      onClose={onClose}
    >
      <label>
        {t("column.url")}
        <Input
          value={url}
          autoFocus
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://shop.example.cn/paydesk"
          maxLength={500}
          onChange={(event) => setUrl(event.target.value)}
        />
      </label>
      <fieldset className="roles">
        <legend>{t("events")}</legend>
        <Checkbox.Group className="event-boxes" value={events} onChange={setEvents}>
          {EVENTS.map((event) => (
            <Checkbox key={event} value={event}>
              {t(`event.${event}`)} <code className="quiet">{event}</code>
            </Checkbox>
          ))}
        </Checkbox.Group>
      </fieldset>
    </FormModal>
  );
}
