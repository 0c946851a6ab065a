// The front door: to the till, to the console, and in a demo shop to everything one needs to play.
import { useTranslate } from "../shared/i18n/language";
import type { Demo } from "../shared/api/types";
import { PageFrame } from "./page_frame";
import { publicTexts } from "./texts";
import { useDemo } from "./use_demo";

export function Home() {
  const t = useTranslate(publicTexts);
  const state = useDemo();
  return (
    <PageFrame>
      <section className="hero">
        <h1>{t("home.title")}</h1>
        <p>{t("home.lead")}</p>
      </section>
      <div className="doors">
        <Door href="/till/" title={t("home.till")} text={t("home.till_text")} main />
        <Door href="/console/" title={t("home.console")} text={t("home.console_text")} />
      </div>
      {state.name === "demo" && <DemoShop demo={state.demo} />}
    </PageFrame>
  );
}

function Door(props: { href: string; title: string; text: string; main?: boolean }) {
  return (
    <a className={props.main ? "door door-main" : "door"} href={props.href}>
      <strong>{props.title}</strong>
      <span>{props.text}</span>
    </a>
  );
}

const ROLES = ["owner", "manager", "cashier", "support"] as const;

function DemoShop({ demo }: { demo: Demo }) {
  const t = useTranslate(publicTexts);
  const roleName = (role: string) => {
    const known = ROLES.find((name) => name === role);
    return known ? t(`role.${known}`) : role;
  };
  return (
    <section className="demo">
      <h2>{t("demo.title")}</h2>
      <p>{t("demo.lead")}</p>
      <table className="credentials">
        <thead>
          <tr>
            <th>{t("demo.role")}</th>
            <th>{t("demo.login")}</th>
            <th>{t("demo.password")}</th>
          </tr>
        </thead>
        <tbody>
          {demo.credentials.map(({ login, password, role }) => (
            <tr key={login}>
              <td>{roleName(role)}</td>
              <td>
                <code>{login}</code>
              </td>
              <td>
                <code>{password}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="doors">
        <Door href="/demo/codes" title={t("demo.codes")} text={t("demo.codes_text")} />
        <Door href="/demo/printer" title={t("demo.printer")} text={t("demo.printer_text")} />
      </div>
    </section>
  );
}
