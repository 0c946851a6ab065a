// By day: one day's sums and its shape, with the payments behind every bar.
import { Button } from "antd";
import type { Day } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { formatAmount } from "../shared/money";
import { addDays, dateInWords, startOfDate, storeDate } from "../shared/time";
import { HourChart } from "./hour_chart";
import { useDay } from "./queries";
import { address, Link, navigate, usePlace } from "./router";
import { Nothing, WhenLoaded } from "./states";
import { consoleTexts } from "./texts";

export function DayPage() {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const { query } = usePlace();
  const today = storeDate(Date.now());
  const asked = query.get("date") ?? "";
  const date = /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked <= today ? asked : today;
  const day = useDay(date);
  const go = (to: string) => to && to <= today && navigate(address("day", { date: to }));
  return (
    <>
      <div className="page-head">
        <h1>{t("day.title")}</h1>
        <p>{dateInWords(date, language)}</p>
        <div className="page-tools">
          <Button onClick={() => go(addDays(date, -1))}>‹ {t("day.previous")}</Button>
          <input
            className="date-input"
            type="date"
            aria-label={t("day.date")}
            value={date}
            max={today}
            onChange={(event) => go(event.target.value)}
          />
          <Button disabled={date >= today} onClick={() => go(addDays(date, 1))}>
            {t("day.next")} ›
          </Button>
        </div>
      </div>
      <WhenLoaded asked={day} rows={8}>
        {(sums) => (
          <div className="day-columns">
            <section className="card">
              <HourChart day={sums} height={360} />
            </section>
            <DaySums day={sums} />
          </div>
        )}
      </WhenLoaded>
    </>
  );
}

function DaySums({ day }: { day: Day }) {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const rows: [string, string][] = [
    [t("day.paid"), formatAmount(day.paid.amount, language)],
    [t("column.count"), String(day.paid.count)],
    [t("today.refunded"), formatAmount(day.refunded.amount, language)],
    [t("today.success"), day.success_rate === null ? t("today.none") : `${(day.success_rate * 100).toFixed(1)}%`],
  ];
  return (
    <section className="card">
      <dl className="sums">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>{t("chart.wallets")}</h2>
      <Wallets day={day} />
      <p className="quiet">{t("day.zone", { zone: day.zone })}</p>
      <Link href={address("payments", { from: startOfDate(day.date), to: startOfDate(addDays(day.date, 1)) })}>{t("day.see")}</Link>
    </section>
  );
}

function Wallets({ day }: { day: Day }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const whole = day.by_wallet.reduce((sum, { amount }) => sum + amount.amount, 0);
  if (whole === 0) return <Nothing>{t("chart.empty")}</Nothing>;
  return (
    <ul className="wallet-bars">
      {day.by_wallet.map(({ wallet, label, amount, count }) => (
        <li key={wallet}>
          <span>{pick(label)}</span>
          <b>{formatAmount(amount, language)}</b>
          <i style={{ width: `${(amount.amount / whole) * 100}%` }} aria-hidden="true" />
          <small>
            {((amount.amount / whole) * 100).toFixed(0)}% · {count}
          </small>
        </li>
      ))}
    </ul>
  );
}
