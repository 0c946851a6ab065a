// Recorded changes, newest first: what was done, to whom, when and by whom.
import type { RecordedChange } from "../shared/api/types";
import { useLanguage, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { said } from "./people_said";
import { peopleTexts } from "./people_texts";
import { Nothing } from "./states";

/** `named`: each change says to whom it was done, where the list is not about one person or machine. */
export function ChangeList({ items, named = false }: { items: RecordedChange[]; named?: boolean }) {
  const t = useTranslate(peopleTexts);
  if (items.length === 0) return <Nothing>{t("story.empty")}</Nothing>;
  return (
    <ol className="changes">
      {items.map((change, index) => (
        <Change key={index} change={change} named={named} />
      ))}
    </ol>
  );
}

function Change({ change, named }: { change: RecordedChange; named: boolean }) {
  const t = useTranslate(peopleTexts);
  const { language } = useLanguage();
  const key = `did.${change.action}`;
  const known = key in peopleTexts ? t(key as keyof typeof peopleTexts) : change.action;
  return (
    <li>
      <time>{dayAndClock(change.at, language)}</time>
      <div>
        <p>{named && change.about ? t("story.about", { what: known, whom: change.about }) : known}</p>
        {said(change, t).map((line) => (
          <p key={line}>{line}</p>
        ))}
        <p className="quiet">{t("story.by", { who: change.by })}</p>
      </div>
    </li>
  );
}
