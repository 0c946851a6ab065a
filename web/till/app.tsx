// Who is at this till: signed in or not, which till, and the counter once both are known.
import { useCallback, useEffect, useState } from "react";
import { client, isSignedOut, settle, type Failure } from "../shared/api/client";
import type { Me, TillInfo } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { signOut, whoIsHere } from "../shared/session";
import { SignIn } from "../shared/ui/sign_in";
import { RefusedPage, StandbyPage, TakenOverPage } from "./agent_pages";
import { Counter } from "./counter";
import { MessagePage } from "./message_page";
import { tillTexts } from "./texts";
import { useAgent } from "./use_agent";

type Stage =
  | { name: "starting" }
  | { name: "signed_out" }
  | { name: "failed"; failure: Failure }
  | { name: "choosing"; me: Me }
  | { name: "ready"; me: Me; info: TillInfo };

const CHOSEN_TILL = "paydesk.till.id";
const RETRY_MS = 3000;

export function App() {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [stage, setStage] = useState<Stage>({ name: "starting" });
  const { agent, look } = useAgent();

  useEffect(() => {
    document.title = t("page.title");
  }, [t]);

  const fail = useCallback((failure: Failure) => {
    setStage(isSignedOut(failure) ? { name: "signed_out" } : { name: "failed", failure });
  }, []);

  const enter = useCallback(
    async (me: Me) => {
      const till = me.permissions.includes("take") ? (me.till?.id ?? rememberedTill(me)) : null;
      if (!till) return setStage({ name: "choosing", me });
      const info = await settle(client.GET("/v1/till", { params: { query: me.till ? {} : { till } } }));
      if (info.ok) setStage({ name: "ready", me, info: info.data });
      else fail(info.failure);
    },
    [fail],
  );

  const start = useCallback(async () => {
    const me = await whoIsHere();
    if (!me.ok) fail(me.failure);
    else if (me.data) await enter(me.data);
    else setStage({ name: "signed_out" });
  }, [enter, fail]);

  useEffect(() => void start(), [start]);

  // After a power cut the till is often up before the server: it keeps knocking by itself.
  useEffect(() => {
    if (stage.name !== "failed") return;
    const timer = setTimeout(() => void start(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [stage, start]);

  const leave = useCallback(async () => {
    await signOut();
    setStage({ name: "signed_out" });
  }, []);
  const leaveNow = useCallback(() => void leave(), [leave]);
  const signedOut = useCallback(() => setStage({ name: "signed_out" }), []);

  if (agent?.standing === "standby") return <StandbyPage agent={agent} onTaken={() => void look()} />;
  if (agent?.standing === "taken_over") return <TakenOverPage agent={agent} />;
  if (agent?.standing === "refused") return <RefusedPage />;
  switch (stage.name) {
    case "starting":
      return <p className="page-message">{shared("loading")}</p>;
    case "signed_out":
      return <SignIn place={t("place")} onSignedIn={(me) => void enter(me)} />;
    case "failed":
      return (
        <MessagePage>
          <p>{failureText(stage.failure)}</p>
          <button className="button button-primary" onClick={() => void start()}>
            {shared("retry")}
          </button>
        </MessagePage>
      );
    case "choosing":
      return <ChooseTill me={stage.me} onChosen={() => void enter(stage.me)} onSignOut={() => void leave()} />;
    case "ready":
      return (
        <Counter
          me={stage.me}
          info={stage.info}
          agent={agent?.standing === "server" ? null : agent}
          onSignOut={leaveNow}
          onSignedOut={signedOut}
        />
      );
  }
}

function ChooseTill({ me, onChosen, onSignOut }: { me: Me; onChosen: () => void; onSignOut: () => void }) {
  const t = useTranslate(tillTexts);
  const shared = useTranslate(sharedTexts);
  const question = !me.permissions.includes("take")
    ? t("till.not_allowed")
    : me.tills.length === 0
      ? t("till.none")
      : t("till.choose");
  return (
    <MessagePage>
      <h1>{question}</h1>
      {me.permissions.includes("take") &&
        me.tills.map((till) => (
          <button
            key={till.id}
            className="button button-primary"
            onClick={() => {
              localStorage.setItem(CHOSEN_TILL, till.id);
              onChosen();
            }}
          >
            {till.name}
          </button>
        ))}
      <button className="button button-quiet" onClick={onSignOut}>
        {shared("signout")}
      </button>
    </MessagePage>
  );
}

/** The till this device chose before, as long as the account may still use it. A single till needs no choosing. */
function rememberedTill(me: Me): string | null {
  if (me.tills.length === 1) return me.tills[0]?.id ?? null;
  const kept = localStorage.getItem(CHOSEN_TILL);
  return me.tills.some(({ id }) => id === kept) ? kept : null;
}
