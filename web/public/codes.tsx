// The demo's cases: what each code or amount makes the simulated wallets do, ready to copy.
import { useState } from "react";
import type { Demo } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { freshened } from "./fresh_code";
import { PageFrame } from "./page_frame";
import { ShownCodes } from "./shown_codes";
import { publicTexts } from "./texts";
import { useDemo } from "./use_demo";

export function Codes() {
  const t = useTranslate(publicTexts);
  const shared = useTranslate(sharedTexts);
  const state = useDemo();
  return (
    <PageFrame>
      <div className="public-title">
        <h1>{t("codes.title")}</h1>
        <a className="button button-primary" href="/till/" target="paydesk-till">
          {t("codes.open_till")}
        </a>
      </div>
      {state.name === "asking" && <p>{shared("loading")}</p>}
      {state.name === "real" && (
        <p>
          {t("demo.none")} <a href="/">{t("back")}</a>
        </p>
      )}
      {state.name === "demo" && (
        <>
          <ShownCodes />
          <p>{t("codes.how")}</p>
          {groups(state.demo).map(([provider, cases]) => (
            <section key={provider} className="cases">
              <h2>{WALLET_NAMES[provider] ? shared(WALLET_NAMES[provider]) : provider}</h2>
              <ul>
                {cases.map((one, index) => (
                  <Case key={index} one={one} />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
    </PageFrame>
  );
}

const WALLET_NAMES: Record<string, "wallet.wechat" | "wallet.alipay"> = { wechat: "wallet.wechat", alipay: "wallet.alipay" };

type DemoCase = Demo["codes"][number];

function groups(demo: Demo): [string, DemoCase[]][] {
  const byProvider = new Map<string, DemoCase[]>();
  for (const one of demo.codes) byProvider.set(one.provider, [...(byProvider.get(one.provider) ?? []), one]);
  return [...byProvider];
}

function Case({ one }: { one: DemoCase }) {
  const t = useTranslate(publicTexts);
  const pick = usePick();
  const [copied, setCopied] = useState(false);
  const { code, amount } = one;
  async function copy() {
    if (!code) return;
    await navigator.clipboard.writeText(freshened(code));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  return (
    <li className="case">
      <div>
        <strong>{pick(one)}</strong>
        <span className="case-code">{code ? `${code.slice(0, 2)}…${code.slice(-6)}` : t("codes.any_code")}</span>
        <span>
          {t("codes.amount")}: <b>{amount ?? t("codes.any_amount")}</b>
        </span>
      </div>
      {code && (
        <button type="button" className="button" onClick={() => void copy()}>
          {copied ? `✓ ${t("codes.copied")}` : t("codes.copy")}
        </button>
      )}
    </li>
  );
}
