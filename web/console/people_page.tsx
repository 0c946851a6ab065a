// People and machines: who is let in, one of them, and what was changed about it. For owners.
import { Button, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import type { ApiKey, Me, Person } from "../shared/api/types";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { ChangeList } from "./change_list";
import { KeyForm, PersonForm } from "./people_forms";
import { useChanges, useKeys, usePeople } from "./people_queries";
import { roleName } from "./people_said";
import { KeyStory, PersonStory } from "./people_story";
import { peopleTexts } from "./people_texts";
import { address, navigate, usePlace } from "./router";
import { RowLink, rowThatLeads } from "./row_link";
import { SecretModal, type Told } from "./secret_modal";
import { Nothing, NotPermitted, WhenLoaded } from "./states";
import { StoryDrawer } from "./story_drawer";
import { useNarrow } from "./use_narrow";

const personPlace = ({ id }: Person) => address(`people/${id}`);
const keyPlace = ({ id }: ApiKey) => address(`people/keys/${id}`);

export function PeoplePage({ me }: { me: Me }) {
  const t = useTranslate(peopleTexts);
  const { path } = usePlace();
  const narrow = useNarrow();
  const [told, setTold] = useState<Told | null>(null);
  const [adding, setAdding] = useState<"person" | "key" | null>(null);
  const [, first = "", second = ""] = path.split("/");
  const key = first === "keys" ? second : "";
  const person = key ? "" : first;
  const close = () => navigate(address("people"));
  if (!me.permissions.includes("admin")) return <NotPermitted />;
  return (
    <>
      <div className="page-head">
        <h1>{t("title")}</h1>
      </div>
      <section className="card card-list">
        <div className="card-head people-head">
          <div>
            <h2>{t("people")}</h2>
            <p className="quiet">{t("people.hint")}</p>
          </div>
          <Button type="primary" onClick={() => setAdding("person")}>
            {t("people.add")}
          </Button>
        </div>
        <PeopleList narrow={narrow} />
      </section>
      <section className="card card-list">
        <div className="card-head people-head">
          <div>
            <h2>{t("keys")}</h2>
            <p className="quiet">{t("keys.hint")}</p>
          </div>
          <Button onClick={() => setAdding("key")}>{t("keys.add")}</Button>
        </div>
        <KeyList narrow={narrow} />
      </section>
      <ChangeRecord />
      <StoryDrawer open={person !== "" || key !== ""} onClose={close} width={520} title={t(key ? "one.key" : "one.person")}>
        {person && <PersonStory key={person} id={person} me={me} onTold={setTold} />}
        {key && <KeyStory key={key} id={key} />}
      </StoryDrawer>
      {adding === "person" && <PersonForm me={me} onClose={() => setAdding(null)} onTold={setTold} />}
      {adding === "key" && <KeyForm me={me} onClose={() => setAdding(null)} onTold={setTold} />}
      {told && <SecretModal told={told} onClose={() => setTold(null)} />}
    </>
  );
}

/** Everything that was changed, whoever changed it. */
function ChangeRecord() {
  const t = useTranslate(peopleTexts);
  return (
    <section className="card record">
      <div className="card-head people-head">
        <div>
          <h2>{t("record")}</h2>
          <p className="quiet">{t("record.hint")}</p>
        </div>
      </div>
      <WhenLoaded asked={useChanges()} rows={4}>
        {({ items }) => <ChangeList items={items} named />}
      </WhenLoaded>
    </section>
  );
}

function PeopleList({ narrow }: { narrow: boolean }) {
  const t = useTranslate(peopleTexts);
  const { language } = useLanguage();
  const columns: TableColumnsType<Person> = [
    {
      key: "name",
      title: t("column.name"),
      render: (_, p) => (
        <>
          <RowLink href={personPlace(p)}>{p.name}</RowLink> {p.you && <span className="you">{t("you")}</span>}
          {narrow && <p className="quiet">{p.login}</p>}
        </>
      ),
    },
    ...(narrow ? [] : [{ key: "login", title: t("column.login"), render: (_: unknown, p: Person) => p.login }]),
    { key: "role", title: t("column.role"), render: (_, p) => <Role role={p.role} /> },
    { key: "till", title: t("column.till"), render: (_, p) => p.till?.name ?? t("till.any"), responsive: ["lg"] },
    { key: "since", title: t("column.since"), render: (_, p) => dayAndClock(p.created_at, language), responsive: ["xl"] },
    { key: "state", title: t("column.state"), render: (_, p) => <State ended={p.disabled_at} active={t("state.active")} over={t("state.disabled")} /> },
  ];
  return (
    <WhenLoaded asked={usePeople()} rows={4}>
      {({ items }) => <List rows={items} columns={columns} empty={t("people.empty")} to={personPlace} />}
    </WhenLoaded>
  );
}

function KeyList({ narrow }: { narrow: boolean }) {
  const t = useTranslate(peopleTexts);
  const { language } = useLanguage();
  const columns: TableColumnsType<ApiKey> = [
    { key: "name", title: t("column.machine"), render: (_, k) => <RowLink href={keyPlace(k)}>{k.name}</RowLink> },
    ...(narrow ? [] : [{ key: "hint", title: t("column.hint"), render: (_: unknown, k: ApiKey) => k.hint && <code>…{k.hint}</code> }]),
    { key: "role", title: t("column.role"), render: (_, k) => <Role role={k.role} /> },
    { key: "till", title: t("column.till"), render: (_, k) => k.till?.name ?? t("till.any"), responsive: ["lg"] },
    { key: "since", title: t("column.since"), render: (_, k) => dayAndClock(k.created_at, language), responsive: ["xl"] },
    { key: "state", title: t("column.state"), render: (_, k) => <State ended={k.revoked_at} active={t("key.active")} over={t("key.revoked")} /> },
  ];
  return (
    <WhenLoaded asked={useKeys()} rows={2}>
      {({ items }) => <List rows={items} columns={columns} empty={t("keys.empty")} to={keyPlace} />}
    </WhenLoaded>
  );
}

interface ListProps<T> {
  rows: T[];
  columns: TableColumnsType<T>;
  empty: string;
  to: (row: T) => string;
}

function List<T extends { id: string }>({ rows, columns, empty, to }: ListProps<T>) {
  return (
    <Table
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={rows}
      pagination={false}
      locale={{ emptyText: <Nothing>{empty}</Nothing> }}
      rowClassName="row-link"
      onRow={(row) => rowThatLeads(to(row))}
    />
  );
}

function Role({ role }: { role: string }) {
  return roleName(role, useTranslate(peopleTexts));
}

function State({ ended, active, over }: { ended: string | null; active: string; over: string }) {
  return <span className={ended ? "let-in let-in-no" : "let-in let-in-yes"}>{ended ? over : active}</span>;
}
