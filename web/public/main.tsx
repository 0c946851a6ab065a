// Starts the public pages and picks one by its address.
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider, useTranslate } from "../shared/i18n/language";
import { SafetyNet } from "../shared/ui/safety_net";
import "../shared/ui/tokens.css";
import "../shared/ui/controls.css";
import "./public.css";
import { Codes } from "./codes";
import { Home } from "./home";
import { PageFrame } from "./page_frame";
import { Papers } from "./papers";
import { Receipt } from "./receipt";
import { publicTexts } from "./texts";

function Page() {
  const t = useTranslate(publicTexts);
  const path = location.pathname.replace(/\/+$/, "");
  const title = path.startsWith("/r/") ? t("receipt.title") : t("page.title");
  useEffect(() => {
    document.title = title;
  }, [title]);
  const token = /^\/r\/([^/]+)$/.exec(path)?.[1];
  if (token) return <Receipt token={decodeURIComponent(token)} />;
  switch (path) {
    case "":
    case "/index.html":
      return <Home />;
    case "/demo/codes":
      return <Codes />;
    case "/demo/printer":
      return <Papers />;
    default:
      return (
        <PageFrame>
          <h1>{t("not_found")}</h1>
          <a href="/">{t("back")}</a>
        </PageFrame>
      );
  }
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <SafetyNet>
          <Page />
        </SafetyNet>
      </LanguageProvider>
    </StrictMode>,
  );
}
