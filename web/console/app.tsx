// The console's frame: who is signed in, which page is open, and the live stream behind them all.
import { Button, Result, Spin } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Failure } from "../shared/api/client";
import { openEvents, type Link as LiveLink } from "../shared/api/events";
import type { Me, PrinterState } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { LanguageButton } from "../shared/ui/language_button";
import { signOut, whoIsHere } from "../shared/session";
import { SignIn } from "../shared/ui/sign_in";
import { Mark } from "../shared/ui/wordmark";
import { DayPage } from "./day_page";
import { NoticesPage } from "./notices_page";
import { PaymentsPage } from "./payments_page";
import { OwnMenu } from "./own_menu";
import { PeoplePage } from "./people_page";
import { ReconcilePage } from "./reconcile_page";
import { RoutesPage } from "./routes_page";
import { queryClient, takeIn } from "./queries";
import { address, Link, usePlace } from "./router";
import { consoleTexts } from "./texts";
import { TillsPage } from "./tills_page";
import { TodayPage } from "./today_page";

type Stage = { name: "starting" } | { name: "signed_out" } | { name: "failed"; failure: Failure } | { name: "ready"; me: Me };

export function App() {
  const t = useTranslate(consoleTexts);
  const shared = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const [stage, setStage] = useState<Stage>({ name: "starting" });

  useEffect(() => {
    document.title = t("page.title");
  }, [t]);

  const start = useCallback(async () => {
    const me = await whoIsHere();
    if (!me.ok) setStage({ name: "failed", failure: me.failure });
    else if (me.data) setStage({ name: "ready", me: me.data });
    else setStage({ name: "signed_out" });
  }, []);
  useEffect(() => void start(), [start]);

  const leave = useCallback(async () => {
    await signOut();
    queryClient.clear();
    setStage({ name: "signed_out" });
  }, []);

  switch (stage.name) {
    case "starting":
      return <Spin fullscreen description={shared("loading")} />;
    case "signed_out":
      return <SignIn place={t("place")} onSignedIn={(me) => setStage({ name: "ready", me })} />;
    case "failed":
      return (
        <Result
          status="warning"
          title={<h1>{failureText(stage.failure)}</h1>}
          extra={
            <Button type="primary" onClick={() => void start()}>
              {shared("retry")}
            </Button>
          }
        />
      );
    case "ready":
      return <Pages me={stage.me} onSignOut={() => void leave()} />;
  }
}

function Pages({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  const t = useTranslate(consoleTexts);
  const { path } = usePlace();
  const [link, setLink] = useState<LiveLink>("connecting");
  const [printer, setPrinter] = useState<PrinterState | null>(null);
  useEffect(
    () =>
      openEvents({
        link: setLink,
        payment: takeIn,
        printer: setPrinter,
        missed: () => void queryClient.invalidateQueries(),
      }),
    [],
  );

  const [section = ""] = path.split("/");
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages' names are wider than the screen.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [section]);
  const item = (to: string, label: string) => (
    <Link href={address(to)} aria-current={section === to ? "page" : undefined}>
      {label}
    </Link>
  );
  return (
    <div className="console">
      <a
        className="skip-link button"
        href="#page"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("page")?.focus();
        }}
      >
        {t("nav.skip")}
      </a>
      <header className="console-head">
        <Link href={address("")} className="console-brand">
          <Mark />
          <strong>{me.merchant.name}</strong>
        </Link>
        <nav ref={nav} aria-label={t("nav.label")}>
          {item("", t("nav.today"))}
          {item("payments", t("nav.payments"))}
          {item("day", t("nav.day"))}
          {me.permissions.includes("view_all") && item("reconcile", t("nav.reconcile"))}
          {me.permissions.includes("view_all") && item("tills", t("nav.tills"))}
          {me.permissions.includes("view_all") && item("routes", t("nav.routes"))}
          {me.permissions.includes("view_all") && item("notices", t("nav.notices"))}
          {me.permissions.includes("admin") && item("people", t("nav.people"))}
        </nav>
        <div className="console-side">
          <span className={`live live-${link}`} role="status" title={link === "lost" ? t("live.off") : t("live.on")}>
            <i aria-hidden="true" />
            <span>{link === "lost" ? t("live.off") : t("live.on")}</span>
          </span>
          <a className="button button-quiet" href="/till/">
            {t("nav.till")}
          </a>
          <LanguageButton />
          <OwnMenu me={me} onSignOut={onSignOut} />
        </div>
      </header>
      <main id="page" tabIndex={-1} className="console-main">
        {section === "" ? (
          <TodayPage me={me} live={link !== "lost"} printer={printer} />
        ) : section === "payments" ? (
          <PaymentsPage me={me} />
        ) : section === "day" ? (
          <DayPage />
        ) : section === "reconcile" ? (
          <ReconcilePage me={me} />
        ) : section === "tills" ? (
          <TillsPage me={me} />
        ) : section === "routes" ? (
          <RoutesPage me={me} />
        ) : section === "notices" ? (
          <NoticesPage me={me} />
        ) : section === "people" ? (
          <PeoplePage me={me} />
        ) : (
          <Result status="404" title={<h1>{t("not_found")}</h1>} extra={<Link href={address("")}>{t("not_found.back")}</Link>} />
        )}
      </main>
    </div>
  );
}
