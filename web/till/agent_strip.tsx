// A strip over the counter while the till is blind, or while something is wrong with its journal.
import type { Agent } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { clock } from "../shared/time";
import { agentTexts } from "./agent_texts";

export function AgentStrip({ agent }: { agent: Agent }) {
  const t = useTranslate(agentTexts);
  const pick = usePick();
  const flaw = agent.journal?.flaw;
  const blind = agent.server && !agent.server.reachable;
  if (!blind && !flaw) return null;
  const unsent = agent.journal?.unsent ?? 0;
  return (
    <div className="agent-strip" role="status">
      {blind && agent.server && (
        <p>
          <strong>{t("blind.since", { time: clock(agent.server.since) })}</strong> {t("blind.means")}
          {unsent > 0 && <small> {t("unsent", { count: unsent })}</small>}
        </p>
      )}
      {flaw && <p>{pick(flaw)}</p>}
    </div>
  );
}
