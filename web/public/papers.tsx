// The demo's printer: every slip it has printed, as a picture, the newest first, without reloading.
import { useCallback, useEffect, useState } from "react";
import { client, isSignedOut, settle, type Failure } from "../shared/api/client";
import type { Paper } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { clockWithSeconds } from "../shared/time";
import { PageFrame } from "./page_frame";
import { publicTexts } from "./texts";

const POLL_MS = 1500;
const SHOWN_MAX = 30;

export function Papers() {
  const t = useTranslate(publicTexts);
  const shared = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [papers, setPapers] = useState<readonly Paper[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const load = useCallback(async () => {
    const outcome = await settle(client.GET("/v1/printer/papers"));
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setPapers((known) => (sameIds(known, outcome.data.items) ? known : newestFirst(outcome.data.items)));
  }, []);

  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), POLL_MS);
    return () => clearInterval(timer);
  }, [load]);

  return (
    <PageFrame>
      <div className="public-title">
        <h1>{t("printer.title")}</h1>
      </div>
      <p>{t("printer.lead")}</p>
      {failure && (
        <p className="notice notice-warn" role="alert">
          {isSignedOut(failure) ? t("printer.sign_in") : failureText(failure)}
        </p>
      )}
      {papers === null && !failure && <p>{shared("loading")}</p>}
      {papers?.length === 0 && <p className="papers-empty">{t("printer.empty")}</p>}
      <ol className="papers">
        {papers?.slice(0, SHOWN_MAX).map((paper) => (
          <li key={paper.id}>
            <time>{clockWithSeconds(paper.at)}</time>
            <img
              alt={t("printer.paper", { time: clockWithSeconds(paper.at) })}
              src={`/v1/printer/papers/${encodeURIComponent(paper.id)}.svg`}
            />
          </li>
        ))}
      </ol>
    </PageFrame>
  );
}

function sameIds(known: readonly Paper[] | null, items: readonly Paper[]): boolean {
  if (known?.length !== items.length) return false;
  const ids = new Set(known.map(({ id }) => id));
  return items.every(({ id }) => ids.has(id));
}

function newestFirst(papers: readonly Paper[]): Paper[] {
  return [...papers].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
