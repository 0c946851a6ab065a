// "When is it busiest?": a day's takings by the hour, answered in words first and drawn second.
import { lazy, Suspense } from "react";
import type { Day } from "../shared/api/types";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { formatAmount, formatNumber } from "../shared/money";
import { addDays, startOfDate } from "../shared/time";
import { address, navigate } from "./router";
import { Nothing } from "./states";
import { consoleTexts } from "./texts";

const Bars = lazy(() => import("./bars"));

export function HourChart({ day, height }: { day: Day; height: number }) {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const busiest = day.by_hour.reduce<Day["by_hour"][number] | null>(
    (best, hour) => (hour.count > (best?.count ?? 0) ? hour : best),
    null,
  );
  const hours = shownHours(day);
  return (
    <figure className="chart">
      <figcaption>
        <h2>{t("chart.busy")}</h2>
        {busiest && (
          <p>
            {t("chart.busy_answer", { hour: busiest.hour, count: busiest.count, amount: formatAmount(busiest.amount, language) })}
          </p>
        )}
      </figcaption>
      {busiest ? (
        <>
          <Suspense fallback={<div style={{ height }} />}>
            <Bars
              height={height}
              label={t("chart.busy")}
              axis={t("chart.amount_axis")}
              bars={hours.map(({ hour, count, amount }) => ({
                name: String(hour),
                value: amount.amount / 100,
                tip: t("chart.tooltip", { hour, next: hour + 1, count, amount: formatAmount(amount, language) }),
              }))}
              onPick={(index) => {
                const hour = hours[index]?.hour;
                if (hour !== undefined) navigate(hourAddress(day.date, hour));
              }}
            />
          </Suspense>
          <p className="quiet">{t("chart.hint")}</p>
          <details className="chart-table">
            <summary>{t("chart.table")}</summary>
            <table>
              <thead>
                <tr>
                  <th>{t("column.hour")}</th>
                  <th>{t("column.count")}</th>
                  <th>{t("day.paid")}</th>
                </tr>
              </thead>
              <tbody>
                {hours.map(({ hour, count, amount }) => (
                  <tr key={hour}>
                    <td>{t("chart.hour", { hour })}</td>
                    <td>{count}</td>
                    <td>{formatNumber(amount.amount, amount.currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      ) : (
        <Nothing>{t("chart.empty")}</Nothing>
      )}
    </figure>
  );
}

/** From the first hour with a sale to the last, but never fewer than a shop's usual day. */
function shownHours(day: Day): Day["by_hour"] {
  const withSales = day.by_hour.filter(({ count }) => count > 0).map(({ hour }) => hour);
  const first = Math.min(8, ...withSales);
  const last = Math.max(21, ...withSales);
  const byHour = new Map(day.by_hour.map((hour) => [hour.hour, hour]));
  const none = { count: 0, amount: { ...day.paid.amount, amount: 0 } };
  return Array.from({ length: last - first + 1 }, (_, index) => byHour.get(first + index) ?? { hour: first + index, ...none });
}

function hourAddress(date: string, hour: number): string {
  const at = (h: number) => `${date}T${String(h).padStart(2, "0")}:00:00+08:00`;
  return address("payments", { from: at(hour), to: hour === 23 ? startOfDate(addDays(date, 1)) : at(hour + 1) });
}
