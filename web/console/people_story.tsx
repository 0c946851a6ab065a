// One person or one key: what it may do, what can be done about it, and what was changed by whom.
import { App, Button } from "antd";
import { useState } from "react";
import { client, settle, type Outcome } from "../shared/api/client";
import type { ApiKey, Me, Person } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { ChangeList } from "./change_list";
import { PersonForm } from "./people_forms";
import { renewPeople, useKeys, usePeople, useStory, type Kind } from "./people_queries";
import { ROLES } from "./people_roles";
import { peopleTexts } from "./people_texts";
import type { Told } from "./secret_modal";
import { Nothing, WhenLoaded } from "./states";

export function PersonStory({ id, me, onTold }: { id: string; me: Me; onTold: (told: Told) => void }) {
  const t = useTranslate(peopleTexts);
  return (
    <WhenLoaded asked={usePeople()} rows={6}>
      {({ items }) => {
        const person = items.find((one) => one.id === id);
        return person ? <OnePerson person={person} me={me} onTold={onTold} /> : <Nothing>{t("missing")}</Nothing>;
      }}
    </WhenLoaded>
  );
}

export function KeyStory({ id }: { id: string }) {
  const t = useTranslate(peopleTexts);
  return (
    <WhenLoaded asked={useKeys()} rows={6}>
      {({ items }) => {
        const key = items.find((one) => one.id === id);
        return key ? <OneKey one={key} /> : <Nothing>{t("missing")}</Nothing>;
      }}
    </WhenLoaded>
  );
}

function OnePerson({ person, me, onTold }: { person: Person; me: Me; onTold: (told: Told) => void }) {
  const t = useTranslate(peopleTexts);
  const { modal } = App.useApp();
  const act = useAct();
  const [editing, setEditing] = useState(false);
  const { id, name, login } = person;
  const params = { params: { path: { id } } };

  const disable = () =>
    modal.confirm({
      title: t("disable.title", { name }),
      content: t("disable.meaning", { name }),
      okText: t("disable"),
      cancelText: t("cancel"),
      okButtonProps: { danger: true },
      onOk: () => act(client.POST("/v1/people/{id}/disable", params), t("disabled", { name })),
    });
  const reset = () =>
    modal.confirm({
      title: t("reset.title", { name }),
      content: t("reset.meaning", { name }),
      okText: t("reset"),
      cancelText: t("cancel"),
      okButtonProps: { danger: true },
      onOk: async () => {
        const outcome = await act(client.POST("/v1/people/{id}/password", { ...params, body: {} }), null);
        if (outcome.ok && outcome.data.password) {
          onTold({ title: t("secret.password", { name }), secret: outcome.data.password, note: t("secret.login", { login }) });
        }
      },
    });

  return (
    <article className="story">
      <Head name={name} ended={person.disabled_at} active={t("state.active")} over={t("state.disabled")} />
      <Facts rows={[[t("column.login"), login], ...dutyRows(person, t)]} since={person.created_at} />
      <div className="story-actions">
        <Button type="primary" onClick={() => setEditing(true)}>
          {t("edit")}
        </Button>
        <Button onClick={reset}>{t("reset")}</Button>
        {person.disabled_at ? (
          <Button onClick={() => void act(client.POST("/v1/people/{id}/enable", params), t("enabled", { name }))}>{t("enable")}</Button>
        ) : (
          <Button danger disabled={person.you} title={person.you ? t("disable.own") : undefined} onClick={disable}>
            {t("disable")}
          </Button>
        )}
      </div>
      <Changes kind="people" id={id} />
      {editing && <PersonForm me={me} person={person} onClose={() => setEditing(false)} onTold={onTold} />}
    </article>
  );
}

function OneKey({ one }: { one: ApiKey }) {
  const t = useTranslate(peopleTexts);
  const { modal } = App.useApp();
  const act = useAct();
  const { id, name } = one;
  const revoke = () =>
    modal.confirm({
      title: t("revoke.title", { name }),
      content: t("revoke.meaning"),
      okText: t("revoke"),
      cancelText: t("cancel"),
      okButtonProps: { danger: true },
      onOk: () => act(client.POST("/v1/api-keys/{id}/revoke", { params: { path: { id } } }), t("revoked")),
    });
  return (
    <article className="story">
      <Head name={name} ended={one.revoked_at} active={t("key.active")} over={t("key.revoked")} />
      <Facts rows={[[t("column.hint"), one.hint], ...dutyRows(one, t)]} since={one.created_at} />
      {!one.revoked_at && (
        <div className="story-actions">
          <Button danger onClick={revoke}>
            {t("revoke")}
          </Button>
        </div>
      )}
      <Changes kind="keys" id={id} />
    </article>
  );
}

/** Sends a change, says what became of it, and has the lists asked anew. */
function useAct() {
  const failureText = useFailureText();
  const { message } = App.useApp();
  return async <T,>(call: Parameters<typeof settle<T>>[0], done: string | null): Promise<Outcome<T>> => {
    const outcome = await settle<T>(call);
    if (!outcome.ok) void message.error(failureText(outcome.failure));
    else if (done) void message.success(done);
    renewPeople();
    return outcome;
  };
}

function dutyRows({ role, till }: { role: string; till: Person["till"] }, t: (key: keyof typeof peopleTexts) => string): [string, string][] {
  const known = ROLES.find((one) => one === role);
  const may = known ? `${t(`role.${known}`)} · ${t(`role.${known}.may`)}` : role;
  return [
    [t("column.role"), may],
    [t("column.till"), till?.name ?? t("till.any")],
  ];
}

function Head({ name, ended, active, over }: { name: string; ended: string | null; active: string; over: string }) {
  return (
    <div className="person-head">
      <h2>{name}</h2>
      <span className={ended ? "let-in let-in-no" : "let-in let-in-yes"}>{ended ? over : active}</span>
    </div>
  );
}

function Facts({ rows, since }: { rows: [string, string][]; since: string }) {
  const t = useTranslate(peopleTexts);
  const { language } = useLanguage();
  const all: [string, string][] = [...rows, [t("column.since"), dayAndClock(since, language)]];
  return (
    <dl className="sums facts-list">
      {all.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Changes({ kind, id }: { kind: Kind; id: string }) {
  const t = useTranslate(peopleTexts);
  return (
    <section>
      <h3>{t("story")}</h3>
      <WhenLoaded asked={useStory(kind, id)} rows={3}>
        {({ items }) => <ChangeList items={items} />}
      </WhenLoaded>
    </section>
  );
}
