// Starts the till page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LanguageProvider } from "../shared/i18n/language";
import { SafetyNet } from "../shared/ui/safety_net";
import "../shared/ui/tokens.css";
import "../shared/ui/controls.css";
import "./till.css";
import { App } from "./app";
import { restoreTypeSize } from "./type_size";

restoreTypeSize();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <SafetyNet>
          <App />
        </SafetyNet>
      </LanguageProvider>
    </StrictMode>,
  );
}

// The worker only keeps the page's own files; without it the till works just the same.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/till/sw.js").catch(() => undefined));
}
