// One told system: how it stands, what can be done about it, and every message with what came of it.
import { App, Button, Segmented } from "antd";
import { useState } from "react";
import { client, settle, type Outcome } from "../shared/api/client";
import type { Webhook, WebhookMessage } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { Standing } from "./notices_page";
import { noticesTexts } from "./notices_texts";
import { forgetWebhook, renewWebhooks, useMessages, useWebhooks } from "./notices_queries";
import { EVENTS, eventWord, progress } from "./notices_said";
import { address, Link, navigate } from "./router";
import type { Told } from "./secret_modal";
import { Nothing, WhenLoaded } from "./states";
import { WebhookForm } from "./webhook_form";

export function WebhookStory({ id, onTold }: { id: string; onTold: (told: Told) => void }) {
  const t = useTranslate(noticesTexts);
  return (
    <WhenLoaded asked={useWebhooks()} rows={6}>
      {({ items }) => {
        const webhook = items.find((one) => one.id === id);
        return webhook ? <One webhook={webhook} onTold={onTold} /> : <Nothing>{t("missing")}</Nothing>;
      }}
    </WhenLoaded>
  );
}

function One({ webhook, onTold }: { webhook: Webhook; onTold: (told: Told) => void }) {
  const t = useTranslate(noticesTexts);
  const { language } = useLanguage();
  const all = webhook.events.length === EVENTS.length;
  const told = webhook.events.map((event) => nameOf(event, t)).join(language === "zh" ? "、" : ", ");
  return (
    <article className="story">
      <div className="person-head">
        <h2 className="webhook-url">{webhook.url}</h2>
        <Standing webhook={webhook} />
      </div>
      {webhook.disabled_because && <p className="notice notice-warn">{t("gone.meaning")}</p>}
      {webhook.both_secrets_until && (
        <p className="notice">{t("both_secrets", { time: dayAndClock(webhook.both_secrets_until, language) })}</p>
      )}
      <dl className="sums facts-list">
        <Fact label={t("events")} value={all ? t("events.all") : told} />
        <Fact label={t("since")} value={dayAndClock(webhook.created_at, language)} />
        <Fact label={t("column.waiting")} value={String(webhook.waiting)} />
        <Fact label={t("column.parked")} value={String(webhook.parked)} />
      </dl>
      <Acts webhook={webhook} onTold={onTold} />
      <Messages webhook={webhook} />
    </article>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function nameOf(event: string, t: (key: keyof typeof noticesTexts) => string): string {
  const word = eventWord(event);
  return word ? t(word) : event;
}

/** Sends a change, says what became of it, and has lists and messages asked anew. */
function useAct() {
  const failureText = useFailureText();
  const { message } = App.useApp();
  return async <T,>(call: Parameters<typeof settle<T>>[0], done: string): Promise<Outcome<T>> => {
    const outcome = await settle<T>(call);
    if (outcome.ok) void message.success(done);
    else void message.error(failureText(outcome.failure));
    renewWebhooks();
    return outcome;
  };
}

function Acts({ webhook, onTold }: { webhook: Webhook; onTold: (told: Told) => void }) {
  const t = useTranslate(noticesTexts);
  const failureText = useFailureText();
  const { modal, message } = App.useApp();
  const act = useAct();
  const [changing, setChanging] = useState(false);
  const params = { params: { path: { id: webhook.id } } };

  const ask = (what: "pause" | "rotate" | "remove", carryOut: () => Promise<unknown>) =>
    modal.confirm({
      title: t(`${what}.title`),
      content: t(`${what}.meaning`),
      okText: t(what),
      cancelText: t("cancel"),
      okButtonProps: { danger: what === "remove" },
      onOk: carryOut,
    });
  const rotate = async () => {
    const made = await act(client.POST("/v1/webhooks/{id}/rotate", params), t("rotate.done"));
    if (made.ok && made.data.secret) onTold({ title: t("secret.title"), secret: made.data.secret, note: t("secret.note_new") });
  };
  const remove = async () => {
    const gone = await settle(client.DELETE("/v1/webhooks/{id}", params));
    if (!gone.ok) return void message.error(failureText(gone.failure));
    // Away first: what is gone is not asked after.
    navigate(address("notices"));
    forgetWebhook(webhook.id);
    void message.success(t("remove.done"));
  };
  return (
    <div className="story-actions">
      {webhook.disabled_at ? (
        <Button type="primary" onClick={() => void act(client.POST("/v1/webhooks/{id}/enable", params), t("resume.done"))}>
          {t("resume")}
        </Button>
      ) : (
        <Button type="primary" onClick={() => void act(client.POST("/v1/webhooks/{id}/test", params), t("test.sent"))}>
          {t("test")}
        </Button>
      )}
      <Button onClick={() => setChanging(true)}>{t("change")}</Button>
      <Button onClick={() => ask("rotate", rotate)}>{t("rotate")}</Button>
      {!webhook.disabled_at && (
        <Button onClick={() => ask("pause", () => act(client.POST("/v1/webhooks/{id}/disable", params), t("pause.done")))}>{t("pause")}</Button>
      )}
      <Button danger onClick={() => ask("remove", remove)}>
        {t("remove")}
      </Button>
      {changing && <WebhookForm webhook={webhook} onClose={() => setChanging(false)} onTold={onTold} />}
    </div>
  );
}

const STATES = ["", "waiting", "parked", "delivered"] as const;

function Messages({ webhook }: { webhook: Webhook }) {
  const t = useTranslate(noticesTexts);
  const act = useAct();
  const [state, setState] = useState<string>("");
  const asked = useMessages(webhook.id, state);
  const replay = (body: { message: number } | { parked: true }) =>
    act(client.POST("/v1/webhooks/{id}/replay", { params: { path: { id: webhook.id } }, body }), t("again.done"));
  return (
    <section className="webhook-messages">
      <h3>{t("messages")}</h3>
      <div className="page-tools">
        <Segmented value={state} onChange={setState} options={STATES.map((one) => ({ value: one, label: t(one ? `message.${one}` : "message.all") }))} />
        {webhook.parked > 0 && <Button onClick={() => void replay({ parked: true })}>{t("again.parked", { count: webhook.parked })}</Button>}
      </div>
      <WhenLoaded asked={asked} rows={4}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Nothing hint={t("messages.hint")}>{t("messages.none")}</Nothing>;
          return (
            <ol className="changes">
              {items.map((message) => (
                <Message key={message.number} message={message} onAgain={() => void replay({ message: message.number })} />
              ))}
            </ol>
          );
        }}
      </WhenLoaded>
      {asked.hasNextPage && <Button onClick={() => void asked.fetchNextPage()}>{t("messages.more")}</Button>}
    </section>
  );
}

function Message({ message, onAgain }: { message: WebhookMessage; onAgain: () => void }) {
  const t = useTranslate(noticesTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const { tone, text } = progress(message);
  return (
    <li className="webhook-message">
      <time>{dayAndClock(message.at, language)}</time>
      <div>
        <p>
          <b>{nameOf(message.event, t)}</b> <span className={`state-tag state-${tone}`}>{t(text)}</span>
        </p>
        {message.reason && <p>{pick(message.reason)}</p>}
        {message.reason && message.answer && message.status !== null && <p className="quiet webhook-answer">{message.answer}</p>}
        <p className="quiet">
          {message.tries > 0 && t("tries", { count: message.tries })}
          {message.next_at && message.tries > 0 && ` · ${t("next", { time: dayAndClock(message.next_at, language) })}`}
          {message.payment && (
            <>
              {message.tries > 0 && " · "}
              <Link href={address(`payments/${message.payment}`)}>{t("payment")}</Link>
            </>
          )}
        </p>
      </div>
      {(message.state !== "waiting" || message.tries > 0) && (
        <Button size="small" onClick={onAgain}>
          {t("again")}
        </Button>
      )}
    </li>
  );
}
