// What a device shows that takes no money now: a spare with its one button, one that was taken over, one refused.
import { useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { Agent } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { clock } from "../shared/time";
import { agentTexts } from "./agent_texts";
import { MessagePage } from "./message_page";

/** Past so many seconds silence is worth a word. */
const SILENT_S = 5;

export function StandbyPage({ agent, onTaken }: { agent: Agent; onTaken: () => void }) {
  const t = useTranslate(agentTexts);
  const failureText = useFailureText();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { standby, server } = agent;
  const takeOver = async () => {
    setWorking(true);
    const outcome = await settle(client.POST("/v1/agent/takeover", {}));
    setWorking(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) onTaken();
  };
  return (
    <MessagePage className="agent-page">
      <h1>
        {agent.till?.name} · {t("standby.title")}
      </h1>
      {standby && (
        <p className="agent-fact" role="status">
          {standby.silent_s > SILENT_S
            ? t("standby.silent", { name: standby.current, seconds: standby.silent_s })
            : t("standby.current", { name: standby.current, time: clock(standby.seen_at) })}
        </p>
      )}
      {!server?.reachable && <p className="agent-warning">{t("server.bad")}</p>}
      <p>{t("standby.means")}</p>
      <button className="button button-primary agent-button" disabled={working || !server?.reachable} onClick={() => void takeOver()}>
        {working ? t("standby.working") : t("standby.button")}
      </button>
      {failure && (
        <p className="agent-warning" role="alert">
          {failureText(failure)}
        </p>
      )}
      {typeof standby?.takes_over_after_s === "number" && (
        <p className="agent-note">{t("standby.automatic", { seconds: standby.takes_over_after_s })}</p>
      )}
    </MessagePage>
  );
}

export function TakenOverPage({ agent }: { agent: Agent }) {
  const t = useTranslate(agentTexts);
  const unsent = agent.journal?.unsent ?? 0;
  return (
    <MessagePage className="agent-page">
      <h1 className="agent-stop">{t("taken.title")}</h1>
      {agent.taken_over && (
        <p className="agent-fact">{t("taken.by", { by: agent.taken_over.by, time: clock(agent.taken_over.at) })}</p>
      )}
      <p>{t("taken.means")}</p>
      <p className="agent-note" role="status">
        {unsent > 0 ? t("unsent", { count: unsent }) : t("taken.handed")}
      </p>
    </MessagePage>
  );
}

export function RefusedPage() {
  const t = useTranslate(agentTexts);
  return (
    <MessagePage className="agent-page">
      <h1 className="agent-stop">{t("refused.title")}</h1>
      <p>{t("refused.means")}</p>
    </MessagePage>
  );
}
