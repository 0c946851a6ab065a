// Notices: what the merchant must know that belongs to no payment, and own systems that are told what became of payments.
import { Button, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import type { Me, Webhook } from "../shared/api/types";
import { useTranslate } from "../shared/i18n/language";
import { AlarmActs, AlarmText } from "./alarm_card";
import { noticesTexts } from "./notices_texts";
import { useAlarms, useWebhooks } from "./notices_queries";
import { standing } from "./notices_said";
import { PageHead } from "./page_head";
import { address, navigate, usePlace } from "./router";
import { RowLink, rowThatLeads } from "./row_link";
import { SecretModal, type Told } from "./secret_modal";
import { Nothing, NotPermitted, WhenLoaded } from "./states";
import { StoryDrawer } from "./story_drawer";
import { useNarrow } from "./use_narrow";
import { WebhookForm } from "./webhook_form";
import { WebhookStory } from "./webhook_story";

const place = ({ id }: Webhook) => address(`notices/${id}`);

export function NoticesPage({ me }: { me: Me }) {
  const t = useTranslate(noticesTexts);
  if (!me.permissions.includes("view_all")) return <NotPermitted />;
  return (
    <>
      <PageHead title={t("title")} hint={t("hint")} />
      <Alarms me={me} />
      {me.permissions.includes("admin") && <Systems />}
    </>
  );
}

function Alarms({ me }: { me: Me }) {
  const t = useTranslate(noticesTexts);
  return (
    <section className="card" aria-label={t("alarms")}>
      <div className="card-head">
        <h2>{t("alarms")}</h2>
      </div>
      <WhenLoaded asked={useAlarms()} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="all-well">✓ {t("alarms.none")}</p>
          ) : (
            <ul className="needs alarms">
              {items.map((alarm) => (
                <li key={alarm.id} className={alarm.seen_at ? "alarm-seen" : undefined}>
                  <AlarmText alarm={alarm} whole />
                  <AlarmActs alarm={alarm} me={me} />
                </li>
              ))}
            </ul>
          )
        }
      </WhenLoaded>
    </section>
  );
}

function Systems() {
  const t = useTranslate(noticesTexts);
  const { path } = usePlace();
  const [adding, setAdding] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const asked = useWebhooks();
  const [, chosen = ""] = path.split("/");
  return (
    <section className="card card-list" aria-label={t("systems")}>
      <div className="card-head people-head">
        <div>
          <h2>{t("systems")}</h2>
          <p className="quiet">{t("systems.hint")}</p>
        </div>
        <Button type="primary" onClick={() => setAdding(true)}>
          {t("add")}
        </Button>
      </div>
      <WhenLoaded asked={asked} rows={2}>
        {({ items }) => <SystemList items={items} />}
      </WhenLoaded>
      <HowTo />
      <StoryDrawer open={chosen !== ""} onClose={() => navigate(address("notices"))} width={640} title={t("one")}>
        {chosen && <WebhookStory key={chosen} id={chosen} onTold={setTold} />}
      </StoryDrawer>
      {adding && <WebhookForm onClose={() => setAdding(false)} onTold={setTold} />}
      {told && <SecretModal told={told} onClose={() => setTold(null)} />}
    </section>
  );
}

function SystemList({ items }: { items: Webhook[] }) {
  const t = useTranslate(noticesTexts);
  const narrow = useNarrow();
  const columns: TableColumnsType<Webhook> = [
    {
      key: "url",
      title: t("column.url"),
      render: (_, one) => (
        <>
          <RowLink href={place(one)}>
            <span className="webhook-url">{one.url}</span>
          </RowLink>
          {narrow && <p className="quiet">{t("backlog", { waiting: one.waiting, parked: one.parked })}</p>}
        </>
      ),
    },
    { key: "standing", title: t("column.standing"), render: (_, one) => <Standing webhook={one} /> },
    ...(narrow
      ? []
      : ([
          { key: "waiting", title: t("column.waiting"), align: "right", dataIndex: "waiting" },
          {
            key: "parked",
            title: t("column.parked"),
            align: "right",
            render: (_: unknown, one: Webhook) => <span className={one.parked > 0 ? "ink-bad" : undefined}>{one.parked}</span>,
          },
        ] as TableColumnsType<Webhook>)),
  ];
  return (
    <Table
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={items}
      pagination={false}
      locale={{ emptyText: <Nothing hint={t("empty.hint")}>{t("empty")}</Nothing> }}
      rowClassName="row-link"
      onRow={(one) => rowThatLeads(place(one))}
    />
  );
}

export function Standing({ webhook }: { webhook: Webhook }) {
  const t = useTranslate(noticesTexts);
  const { tone, text } = standing(webhook);
  return <span className={`state-tag state-${tone}`}>{t(text)}</span>;
}

const SPECIFICATION = "https://www.standardwebhooks.com";

/** For whoever writes the system at the other end: what comes, and how it is checked. */
function HowTo() {
  const t = useTranslate(noticesTexts);
  return (
    <details className="webhook-how">
      <summary>{t("how")}</summary>
      <ol>
        {(["how.post", "how.check", "how.answer", "how.again"] as const).map((step) => (
          <li key={step}>{t(step)}</li>
        ))}
      </ol>
      <pre>{EXAMPLE}</pre>
      <p className="quiet">
        {t("how.more")}{" "}
        <a href={SPECIFICATION} target="_blank" rel="noreferrer">
          Standard Webhooks
        </a>
      </p>
    </details>
  );
}

const EXAMPLE = `from standardwebhooks import Webhook
event = Webhook("whsec_...").verify(body, headers)`;
