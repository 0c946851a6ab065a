// Reconcile: days, one day's sums and differences, one difference and its story.
import { Alert, Button, Input, Progress, Result, Segmented, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { components } from "../shared/api/schema";
import type { Me } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { addDays, dayAndClock, storeDate } from "../shared/time";
import { actDetail, actName, dayTag, movements, type Tone } from "./reconcile_said";
import { renewReconcile, useDifference, useDifferences, useReconcileDays } from "./reconcile_queries";
import { reconcileTexts } from "./reconcile_texts";
import { address, Link, navigate, usePlace } from "./router";
import { Nothing, NotPermitted, WhenLoaded } from "./states";
import { StoryDrawer } from "./story_drawer";
import { useNarrow } from "./use_narrow";

type BillDay = components["schemas"]["BillDayView"];
type Difference = components["schemas"]["DifferenceView"];
type Channel = components["schemas"]["BillChannel"];
type Word = Parameters<ReturnType<typeof useTranslate<typeof reconcileTexts>>>[0];

/** How a difference stands; what is not listed is on record and no more. */
const TONES: Record<string, Tone> = { raised: "bad", asking: "open", waiting: "open", cured: "good", settled: "good" };
const OPEN = ["raised", "asking", "waiting"];

export function ReconcilePage({ me }: { me: Me }) {
  const t = useTranslate(reconcileTexts);
  const narrow = useNarrow();
  const { query } = usePlace();
  const days = useReconcileDays();
  const [channel, day, key] = [query.get("channel") ?? "", query.get("day") ?? "", query.get("key") ?? ""];
  if (!me.permissions.includes("view_all")) return <NotPermitted />;
  const mayAct = me.permissions.includes("refund");
  return (
    <>
      <div className="page-head">
        <h1>{t("title")}</h1>
        <p>{t("hint")}</p>
      </div>
      <WhenLoaded asked={days} rows={8}>
        {(all) => {
          const chosen = all.days.find((one) => one.channel === channel && one.day === day) ?? all.days[0];
          return (
            <>
              {mayAct && <RunNow channels={all.channels} />}
              <section className="card card-list reconcile-days">
                <h2>{t("days")}</h2>
                <Days days={all.days} narrow={narrow} />
              </section>
              {chosen && <OneDay key={`${chosen.channel} ${chosen.day}`} bill={chosen} narrow={narrow} />}
              <StoryDrawer open={key !== ""} onClose={() => navigate(address("reconcile", { channel, day }))} width={560} title={t("difference")}>
                {key && <Story channel={channel} day={day} name={key} mayAct={mayAct} />}
              </StoryDrawer>
            </>
          );
        }}
      </WhenLoaded>
    </>
  );
}

function StateTag({ one }: { one: Difference }) {
  const t = useTranslate(reconcileTexts);
  return <span className={`state-tag state-${TONES[one.state] ?? "noted"}`}>{t(`difference.${one.state}` as Word)}</span>;
}

function DayTag({ bill }: { bill: BillDay }) {
  const t = useTranslate(reconcileTexts);
  const { tone, text, count } = dayTag(bill);
  return <span className={`state-tag state-${tone}`}>{t(text, { count })}</span>;
}

function RunNow({ channels }: { channels: Channel[] }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const failureText = useFailureText();
  const yesterday = addDays(storeDate(Date.now()), -1);
  const [day, setDay] = useState(yesterday);
  const [said, setSaid] = useState("");
  const run = async (channel: string) => {
    const done = await settle(client.POST("/v1/reconcile/runs", { body: { channel, day } }));
    setSaid(done.ok ? t("run.begun") : failureText(done.failure));
    renewReconcile();
  };
  return (
    <section className="card page-tools">
      <input className="date-input" type="date" aria-label={t("run.day")} value={day} max={yesterday}
        onChange={(event) => setDay(event.target.value)} />
      {channels.map(({ id, title }) => (
        <Button key={id} onClick={() => void run(id)}>
          {t("run")}: {pick(title)}
        </Button>
      ))}
      <span role="status">{said}</span>
    </section>
  );
}

function Days({ days, narrow }: { days: BillDay[]; narrow: boolean }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const money = (one: BillDay["book_sales"]) => `${formatAmount(one.amount, language)} (${one.count})`;
  const columns: TableColumnsType<BillDay> = [
    {
      title: t("column.day"),
      render: (_, one) => <Link href={address("reconcile", { channel: one.channel, day: one.day })}>{one.day}</Link>,
    },
    { title: t("column.provider"), render: (_, one) => pick(one.title) },
    { title: t("column.state"), render: (_, one) => <DayTag bill={one} /> },
    ...(narrow
      ? []
      : ([
          { title: t("column.book"), align: "right", render: (_: unknown, one: BillDay) => money(one.book_sales) },
          { title: t("column.bill"), align: "right", render: (_: unknown, one: BillDay) => money(one.bill_sales) },
        ] as TableColumnsType<BillDay>)),
  ];
  return (
    <Table rowKey={(one) => `${one.channel} ${one.day}`} columns={columns} dataSource={days}
      pagination={{ pageSize: 10, hideOnSinglePage: true }} size="middle"
      locale={{ emptyText: <Nothing hint={t("empty.hint")}>{t("empty")}</Nothing> }} />
  );
}

function OneDay({ bill, narrow }: { bill: BillDay; narrow: boolean }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const [open, setOpen] = useState(true);
  const asked = useDifferences(bill.channel, bill.day);
  const row = (name: string, ours: BillDay["book_sales"], theirs: BillDay["book_sales"]) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      <td>{formatAmount(ours.amount, language)} ({ours.count})</td>
      <td>{formatAmount(theirs.amount, language)} ({theirs.count})</td>
      <td>{formatAmount({ ...ours.amount, amount: theirs.amount.amount - ours.amount.amount }, language)}</td>
    </tr>
  );
  return (
    <section className="card reconcile-day">
      <h2>
        {bill.day} {pick(bill.title)} <DayTag bill={bill} />
      </h2>
      {bill.state === "running" && <Progress percent={99.9} status="active" showInfo={false} aria-label={t("run.begun")} />}
      {bill.problem && <Alert type={bill.state === "failed" ? "error" : "info"} showIcon title={pick(bill.problem)} />}
      <table className="reconcile-sums">
        <thead>
          <tr>
            <th />
            <th scope="col">{t("column.book")}</th>
            <th scope="col">{t("column.bill")}</th>
            <th scope="col">{t("column.net")}</th>
          </tr>
        </thead>
        <tbody>
          {row(t("sales"), bill.book_sales, bill.bill_sales)}
          {row(t("refunds"), bill.book_refunds, bill.bill_refunds)}
        </tbody>
      </table>
      <p className="quiet">
        {t("fees")} {formatAmount(bill.fees, language)} · {t("equal")} {bill.equal}
      </p>
      {bill.funds && <Funds funds={bill.funds} />}
      <WhenLoaded asked={asked}>
        {({ items }) => {
          if (items.length === 0) {
            return bill.verdict === "agrees" ? <Result status="success" title={t("all_equal")} /> : null;
          }
          const shown = items.filter((one) => !open || OPEN.includes(one.state));
          return (
            <>
              <Segmented value={open ? "open" : "all"} onChange={(value) => setOpen(value === "open")}
                options={[
                  { value: "open", label: `${t("show.open")} ${items.filter((one) => OPEN.includes(one.state)).length}` },
                  { value: "all", label: `${t("show.all")} ${items.length}` },
                ]} />
              <DifferenceList items={shown} narrow={narrow} />
            </>
          );
        }}
      </WhenLoaded>
    </section>
  );
}

/** What the account held at one end of the day. */
function Held({ label, amount }: { label: string; amount: components["schemas"]["Amount"] }) {
  const { language } = useLanguage();
  return (
    <div>
      <dt>{label}</dt>
      <dd>{formatAmount(amount, language)}</dd>
    </div>
  );
}

/** What the account's own bill says moved on the day. */
function Funds({ funds }: { funds: components["schemas"]["FundsView"] }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const { language } = useLanguage();
  return (
    <section className="reconcile-funds">
      <h3>{t("funds")}</h3>
      <p className="quiet">{t("funds.hint")}</p>
      {funds.problem && <Alert type={funds.known ? "error" : "info"} showIcon title={pick(funds.problem)} />}
      {funds.known && (
        <dl className="sums">
          {funds.balance && <Held label={t("funds.opening")} amount={funds.balance.opening} />}
          {movements(funds).map(({ name, sum, sign }) => (
            <div key={name}>
              <dt>{t(`funds.${name}`)}</dt>
              <dd>
                {sign}
                {formatAmount(sum.amount, language)} ({sum.count})
              </dd>
            </div>
          ))}
          {funds.balance && <Held label={t("funds.closing")} amount={funds.balance.closing} />}
        </dl>
      )}
    </section>
  );
}

function DifferenceList({ items, narrow }: { items: Difference[]; narrow: boolean }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const place = (one: Difference) => address("reconcile", { channel: one.channel, day: one.day, key: one.key });
  const columns: TableColumnsType<Difference> = [
    { title: t("column.state"), render: (_, one) => <StateTag one={one} /> },
    { title: t("differences"), render: (_, one) => <Link href={place(one)}>{pick(one.happened)}</Link> },
    ...(narrow ? [] : ([{ title: t("todo"), render: (_: unknown, one: Difference) => pick(one.todo) }] as TableColumnsType<Difference>)),
  ];
  return (
    <Table rowKey="key" columns={columns} dataSource={items} size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true }}
      locale={{ emptyText: <Nothing>{t("open.none")}</Nothing> }} />
  );
}

function Story({ channel, day, name, mayAct }: { channel: string; day: string; name: string; mayAct: boolean }) {
  const t = useTranslate(reconcileTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const asked = useDifference(channel, day, name);
  return (
    <WhenLoaded asked={asked}>
      {({ difference: one, acts }) => {
        const money = (amount: Difference["ours"]) => (amount ? formatAmount(amount, language) : t("absent"));
        const facts: [string, string][] = [
          [t("ours"), money(one.ours)],
          [t("theirs"), money(one.theirs)],
          [t("order_no"), one.order_no],
          [t("transaction"), one.transaction],
          [t("line"), one.line === null ? "" : String(one.line)],
        ];
        return (
          <div className="reconcile-story">
            <StateTag one={one} />
            <h3>{pick(one.happened)}</h3>
            <p><b>{t("means")}: </b>{pick(one.means)}</p>
            <p><b>{t("todo")}: </b>{pick(one.todo)}</p>
            <dl className="sums">
              {facts.filter(([, value]) => value).map(([label, value]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            {one.payment && <p><Link href={address(`payments/${one.payment}`)}>{t("payment")}</Link></p>}
            {one.candidates.length > 0 && (
              <>
                <h4>{t("candidates")}</h4>
                <ul>
                  {one.candidates.map((id) => (
                    <li key={id}><Link href={address(`payments/${id}`)}>{id}</Link></li>
                  ))}
                </ul>
              </>
            )}
            <h4>{t("story")}</h4>
            <ol>
              {acts.map((act, at) => (
                <li key={at}>
                  {dayAndClock(act.at, language)} · {actName(act.act, t)} · {act.actor}
                  {actDetail(act, t) && <div className="quiet">{actDetail(act, t)}</div>}
                </li>
              ))}
            </ol>
            {mayAct && OPEN.includes(one.state) && <Acts one={one} />}
          </div>
        );
      }}
    </WhenLoaded>
  );
}

function Acts({ one }: { one: Difference }) {
  const t = useTranslate(reconcileTexts);
  const failureText = useFailureText();
  const [reason, setReason] = useState("");
  const [failed, setFailed] = useState("");
  const act = async (wish: "look" | "settle" | "note") => {
    const body = { channel: one.channel, day: one.day, key: one.key, act: wish, reason };
    const done = await settle(client.POST("/v1/reconcile/acts", { body }));
    setFailed(done.ok ? "" : failureText(done.failure));
    if (done.ok) setReason("");
    renewReconcile();
  };
  const empty = reason.trim() === "";
  return (
    <div className="reconcile-acts">
      <Input.TextArea aria-label={t("reason")} placeholder={t("reason")} value={reason} maxLength={500}
        onChange={(event) => setReason(event.target.value)} />
      {failed && <Alert type="error" showIcon title={failed} />}
      <div className="page-tools">
        {one.payment && <Button onClick={() => void act("look")}>{t("look")}</Button>}
        <Button disabled={empty} onClick={() => void act("note")}>{t("note")}</Button>
        <Button type="primary" disabled={empty} onClick={() => void act("settle")}>{t("settle")}</Button>
      </div>
    </div>
  );
}
