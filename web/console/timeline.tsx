// The evidence: who said what, and when, with the raw message one tap away.
import type { TimelineEntry } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { clockWithSeconds } from "../shared/time";
import { useTimeline } from "./queries";
import { Nothing, WhenLoaded } from "./states";
import { consoleTexts } from "./texts";

export function Timeline({ id }: { id: string }) {
  const t = useTranslate(consoleTexts);
  const asked = useTimeline(id);
  return (
    <WhenLoaded asked={asked} rows={5}>
      {({ entries }) =>
        entries.length === 0 ? (
          <Nothing>{t("timeline.empty")}</Nothing>
        ) : (
          <ol className="timeline">
            {entries.map((entry) => (
              <Entry key={entry.seq} entry={entry} />
            ))}
          </ol>
        )
      }
    </WhenLoaded>
  );
}

type Who = "cashier" | "paydesk" | "provider" | "network";

function Entry({ entry }: { entry: TimelineEntry }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const hasRaw = Boolean(entry.code || entry.message || entry.fields.length > 0);
  return (
    <li className={`entry entry-${entry.who} entry-${entry.kind}`}>
      <time title={entry.at}>{clockWithSeconds(entry.at)}</time>
      <div>
        <span className="who">{t(`who.${entry.who as Who}`)}</span>
        <p>{pick(entry.text)}</p>
        {hasRaw && (
          <details className="raw">
            <summary>{t("timeline.raw")}</summary>
            <dl>
              {entry.code && <Raw name={t("timeline.code")} value={entry.code} />}
              {entry.message && <Raw name={t("timeline.message")} value={entry.message} />}
              {entry.fields.map(({ name, value }) => (
                <Raw key={name} name={name} value={value} />
              ))}
            </dl>
          </details>
        )}
      </div>
    </li>
  );
}

function Raw({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
