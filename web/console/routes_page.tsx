// Channels: every way to each wallet, how well it works, and a person's word about it.
import { App, Button } from "antd";
import { useState } from "react";
import type { Me, PayRoute, RouteList, WalletRoutes } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { clockWithSeconds, dayAndClock } from "../shared/time";
import { PageHead } from "./page_head";
import { RouteOrderForm } from "./route_order_form";
import { address, Link } from "./router";
import { release, useRoutes, type Word } from "./routes_queries";
import { routesTexts } from "./routes_texts";
import { Nothing, NotPermitted, WhenLoaded } from "./states";

export function RoutesPage({ me }: { me: Me }) {
  const t = useTranslate(routesTexts);
  if (!me.permissions.includes("view_all")) return <NotPermitted />;
  return (
    <>
      <PageHead title={t("title")} hint={t("hint")} />
      <Listed mayOrder={me.permissions.includes("refund")} />
    </>
  );
}

function Listed({ mayOrder }: { mayOrder: boolean }) {
  return (
    <WhenLoaded asked={useRoutes()} rows={6}>
      {(list) => <Wallets list={list} mayOrder={mayOrder} />}
    </WhenLoaded>
  );
}

function Wallets({ list, mayOrder }: { list: RouteList; mayOrder: boolean }) {
  const t = useTranslate(routesTexts);
  if (list.items.length === 0) {
    return (
      <section className="card">
        <Nothing hint={t("empty.hint")}>{t("empty")}</Nothing>
      </section>
    );
  }
  const minutes = Math.round(list.half_life_s / 6) / 10;
  return (
    <>
      {list.items.map((wallet) => (
        <Wallet key={wallet.wallet} wallet={wallet} mayOrder={mayOrder} />
      ))}
      <p className="quiet">{t("learning", { minutes })}</p>
    </>
  );
}

interface Asked {
  route: PayRoute;
  word: Word;
}

function Wallet({ wallet, mayOrder }: { wallet: WalletRoutes; mayOrder: boolean }) {
  const t = useTranslate(routesTexts);
  const pick = usePick();
  const [asked, setAsked] = useState<Asked | null>(null);
  const open = wallet.routes.filter((route) => route.state !== "shut");
  return (
    <section className="card" aria-label={pick(wallet.label)}>
      <div className="card-head">
        <h2>{pick(wallet.label)}</h2>
        {wallet.routes.length === 1 && <p className="quiet">{t("one")}</p>}
      </div>
      {wallet.rules.length > 0 && (
        <div className="route-rules">
          <h3>{t("rules")}</h3>
          <ol>
            {wallet.rules.map((rule) => (
              <li key={rule.name}>
                <b>{rule.name}</b> {pick(rule.text)}
              </li>
            ))}
          </ol>
        </div>
      )}
      <ul className="route-list">
        {wallet.routes.map((route, place) => (
          <li key={route.channel}>
            <Route route={route} first={place === 0 && wallet.routes.length > 1} />
            {mayOrder && <Orders wallet={wallet} route={route} onAsk={(word) => setAsked({ route, word })} />}
          </li>
        ))}
      </ul>
      {asked && (
        <RouteOrderForm
          wallet={wallet}
          route={asked.route}
          word={asked.word}
          isLast={open.length === 1 && open[0]?.channel === asked.route.channel}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

const TONES = {
  in_use: "good",
  pinned: "good",
  passed_over: "quiet",
  eliminated: "bad",
  probing: "open",
  shut: "bad",
} as const;

type State = keyof typeof TONES;

function Route({ route, first }: { route: PayRoute; first: boolean }) {
  const t = useTranslate(routesTexts);
  const pick = usePick();
  const state = route.state as State;
  return (
    <div className="route">
      <p className="route-head">
        <b>{route.name}</b> <span className="quiet">{pick(route.provider)}</span>
        {first && <span className="quiet"> · {t("first")}</span>} <span className={`state-tag state-${TONES[state]}`}>{t(`state.${state}`)}</span>
      </p>
      <p>{pick(route.state_text)}</p>
      <Order route={route} />
      <dl className="route-figures">
        <div>
          <dt>{t("rate")}</dt>
          <dd className="figure">{route.known ? `${(route.rate_permille / 10).toFixed(1)}%` : t("rate.unknown")}</dd>
        </div>
        <div>
          <dt>{t("hour")}</dt>
          <dd>{t("hour.counts", { worked: route.worked, failed: route.failed })}</dd>
        </div>
      </dl>
      <Failures route={route} />
    </div>
  );
}

function Order({ route }: { route: PayRoute }) {
  const t = useTranslate(routesTexts);
  const { language } = useLanguage();
  if (!route.order) return null;
  const { word, by, at, until } = route.order;
  const end = until ? t("ordered.until", { until: dayAndClock(until, language) }) : t("ordered.for_ever");
  return (
    <p className="quiet">
      {t(`ordered.${word as Word}`, { by, at: dayAndClock(at, language) })} · {end}
    </p>
  );
}

function Failures({ route }: { route: PayRoute }) {
  const t = useTranslate(routesTexts);
  const pick = usePick();
  if (route.failures.length === 0) return <p className="quiet">✓ {t("failures.none")}</p>;
  return (
    <details>
      <summary>{t("failures")}</summary>
      <ul className="route-failures">
        {route.failures.map((failure) => (
          <li key={failure.at}>
            <time>{clockWithSeconds(failure.at)}</time> {pick(failure.text)}{" "}
            <Link href={address(`payments/${failure.payment}`)}>{t("failures.payment")}</Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Orders({ wallet, route, onAsk }: { wallet: WalletRoutes; route: PayRoute; onAsk: (word: Word) => void }) {
  const t = useTranslate(routesTexts);
  const failureText = useFailureText();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);

  async function takeBack() {
    setBusy(true);
    const outcome = await release(wallet.wallet, route.channel);
    setBusy(false);
    if (outcome.ok) void message.success(t("done"));
    else void message.error(failureText(outcome.failure));
  }

  if (route.order) {
    return (
      <div className="route-acts">
        <Button loading={busy} onClick={() => void takeBack()}>
          {t("release")}
        </Button>
      </div>
    );
  }
  return (
    <div className="route-acts">
      {wallet.routes.length > 1 && <Button onClick={() => onAsk("pin")}>{t("pin")}</Button>}
      <Button danger onClick={() => onAsk("shut")}>
        {t("shut")}
      </Button>
    </div>
  );
}
