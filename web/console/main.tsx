// Starts the console page.
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider, useLanguage } from "../shared/i18n/language";
import { SafetyNet } from "../shared/ui/safety_net";
import "../shared/ui/tokens.css";
import "../shared/ui/controls.css";
import "./console.css";
import { App } from "./app";
import { queryClient } from "./queries";

const THEME = {
  token: {
    colorPrimary: "#2b46c0",
    colorInfo: "#2b46c0",
    colorLink: "#2b46c0",
    colorError: "#bb2a22",
    colorSuccess: "#0a7a45",
    colorText: "#171b26",
    colorTextSecondary: "#5a6172",
    colorTextTertiary: "#5a6172",
    colorTextDescription: "#5a6172",
    colorTextPlaceholder: "#676e80",
    colorIcon: "#5a6172",
    colorBgLayout: "#f3f4f7",
    borderRadius: 10,
    fontSize: 15,
    controlHeight: 40,
    fontFamily: "var(--font)",
  },
};

function Themed({ children }: { children: ReactNode }) {
  const { language } = useLanguage();
  return (
    <ConfigProvider locale={language === "zh" ? zhCN : enUS} theme={THEME} button={{ autoInsertSpace: false }}>
      <AntApp>{children}</AntApp>
    </ConfigProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <QueryClientProvider client={queryClient}>
          <Themed>
            <SafetyNet>
              <App />
            </SafetyNet>
          </Themed>
        </QueryClientProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}
