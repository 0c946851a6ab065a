// Today: the takings, what needs a person, and payments sliding in.
import { Button } from "antd";
import type { ReactNode } from "react";
import { client, settle } from "../shared/api/client";
import type { Day, Me, Payment, PrinterState } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { isToBeSeen } from "../shared/found";
import { formatAmount } from "../shared/money";
import { clock, dateInWords, storeDate } from "../shared/time";
import { AlarmActs, AlarmText } from "./alarm_card";
import { HourChart } from "./hour_chart";
import { MoneyTag } from "./money_tag";
import { decisionTexts } from "./decision_texts";
import { SeenButton } from "./found_notice";
import { useAlarms } from "./notices_queries";
import { takeIn, useAttention, useDay, useLatest, useTillInfo } from "./queries";
import { address, Link, navigate } from "./router";
import { Nothing, WhenLoaded } from "./states";
import { consoleTexts } from "./texts";

const REFRESH_LIVE_MS = 60_000;
const REFRESH_LOST_MS = 15_000;
const CARDS_MAX = 5;

export function TodayPage({ me, live, printer }: { me: Me; live: boolean; printer: PrinterState | null }) {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const refresh = live ? REFRESH_LIVE_MS : REFRESH_LOST_MS;
  const date = storeDate(Date.now());
  const day = useDay(date, refresh);
  const latest = useLatest(refresh);
  return (
    <>
      <div className="page-head">
        <h1>{t("today.title")}</h1>
        <p>{dateInWords(date, language)}</p>
      </div>
      <WhenLoaded asked={day} rows={3}>
        {(sums) => <Figures day={sums} />}
      </WhenLoaded>
      <div className="today-columns">
        <section className="card">
          <div className="card-head">
            <h2>{t("today.live")}</h2>
            <Link href={address("payments", { period: "today" })}>{t("today.all")}</Link>
          </div>
          <WhenLoaded asked={latest} rows={8}>
            {(page) => <LiveList payments={page.items} />}
          </WhenLoaded>
        </section>
        <div className="today-side">
          <NeedsPerson me={me} refresh={refresh} printer={printer} />
          <section className="card">
            <WhenLoaded asked={day} rows={6}>
              {(sums) => <HourChart day={sums} height={230} />}
            </WhenLoaded>
          </section>
        </div>
      </div>
    </>
  );
}

function Figures({ day }: { day: Day }) {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const { paid, refunded, last_week_same_day: lastWeek } = day;
  const mean = paid.count > 0 ? Math.round(paid.amount.amount / paid.count) : null;
  return (
    <div className="figures">
      <Figure label={t("today.takings")} value={formatAmount(paid.amount, language)} note={comparison(day, t)} main>
        {lastWeek.count > 0 && t("today.last_week", { amount: formatAmount(lastWeek.amount, language) })}
      </Figure>
      <Figure
        label={t("today.count")}
        value={String(paid.count)}
        note={mean === null ? "" : t("today.count_note", { amount: formatAmount({ ...paid.amount, amount: mean }, language) })}
      />
      <Figure
        label={t("today.success")}
        value={day.success_rate === null ? t("today.none") : percent(day.success_rate, 1)}
        note={t("today.success_note", { count: day.not_paid })}
      />
      <Figure
        label={t("today.refunded")}
        value={formatAmount(refunded.amount, language)}
        note={t("today.refunded_note", { count: refunded.count })}
      />
    </div>
  );
}

function comparison(day: Day, t: (key: keyof typeof consoleTexts, values?: Record<string, string>) => string): string {
  const before = day.last_week_same_day.amount.amount;
  if (before === 0) return t("today.no_last_week");
  const ratio = day.paid.amount.amount / before;
  return ratio > 1 ? t("today.ahead", { percent: percent(ratio - 1) }) : t("today.share", { percent: percent(ratio) });
}

function percent(ratio: number, decimals = 0): string {
  return `${(ratio * 100).toFixed(decimals)}%`;
}

function Figure(props: { label: string; value: string; note: string; main?: boolean; children?: ReactNode }) {
  return (
    <section className={`card figure ${props.main ? "figure-main" : ""}`}>
      <h2>{props.label}</h2>
      <p className="figure-value">{props.value}</p>
      <p className="quiet">
        {props.note} {props.children && <span>{props.children}</span>}
      </p>
    </section>
  );
}

function LiveList({ payments }: { payments: readonly Payment[] }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const { language } = useLanguage();
  if (payments.length === 0) return <Nothing>{t("today.live_empty")}</Nothing>;
  return (
    <ul className="live-list">
      {payments.map((payment) => (
        <li key={payment.id}>
          <Link href={address(`payments/${payment.id}`)}>
            <time>{clock(payment.created_at)}</time>
            <MoneyTag payment={payment} />
            <span className="live-wallet">
              {pick(payment.wallet_label)} · {payment.till.name}
            </span>
            <b>{formatAmount(payment.amount, language)}</b>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function NeedsPerson({ me, refresh, printer }: { me: Me; refresh: number; printer: PrinterState | null }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const attention = useAttention(refresh);
  const asked = useAlarms({ mayAsk: me.permissions.includes("view_all"), every: refresh });
  const alarms = (asked.data?.items ?? []).filter(({ seen_at }) => seen_at === null);
  const till = useTillInfo(me);
  const printerNow = printer ?? till.data?.printer ?? null;
  const printerBad = printerNow !== null && !["ready", "none", "near_end"].includes(printerNow.state);
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t("today.needs")}</h2>
      </div>
      <WhenLoaded asked={attention} rows={2}>
        {({ items: needing }) => {
          const count = needing.length + alarms.length;
          if (count === 0 && !printerBad) return <p className="all-well">✓ {t("today.needs_none")}</p>;
          return (
            <ul className="needs">
              {printerBad && (
                <li>
                  <div>
                    <b>{t("today.printer", { text: pick(printerNow.text) })}</b>
                    <p className="quiet">{t("today.printer_next")}</p>
                  </div>
                </li>
              )}
              {needing.slice(0, CARDS_MAX).map((payment) => (
                <NeedCard key={payment.id} payment={payment} me={me} />
              ))}
              {alarms.slice(0, Math.max(0, CARDS_MAX - needing.length)).map((alarm) => (
                <li key={`alarm ${alarm.id}`}>
                  <AlarmText alarm={alarm} />
                  <AlarmActs alarm={alarm} me={me} />
                </li>
              ))}
              {count > CARDS_MAX && <li className="quiet">{t("today.needs_more", { count: count - CARDS_MAX })}</li>}
            </ul>
          );
        }}
      </WhenLoaded>
    </section>
  );
}

/** One action: "seen" for what was found, the decision where a person makes it, and asking again for all else. */
function NeedCard({ payment, me }: { payment: Payment; me: Me }) {
  const t = useTranslate(consoleTexts);
  const td = useTranslate(decisionTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const seen = isToBeSeen(payment) && !payment.escalated;
  async function look() {
    const outcome = await settle(client.POST("/v1/payments/{id}/look", { params: { path: { id: payment.id } } }));
    if (outcome.ok) takeIn(outcome.data);
  }
  return (
    <li>
      <div>
        <Link href={address(`payments/${payment.id}`)}>
          <b>
            {formatAmount(payment.amount, language)} {pick(payment.explain.headline)}
          </b>
        </Link>
        <p className="quiet">{pick(seen && payment.found ? payment.found.text : payment.explain.next_step)}</p>
      </div>
      {seen ? (
        <SeenButton payment={payment} me={me} />
      ) : payment.to_settle ? (
        <Button onClick={() => navigate(address(`payments/${payment.id}`))}>{td("settle.see")}</Button>
      ) : (
        <Button onClick={() => void look()}>{t("payment.look")}</Button>
      )}
    </li>
  );
}
