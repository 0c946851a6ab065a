// One build, three pages; the till's service worker is written last, when the hashed names are known.
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { shellWorker } from "./scripts/shell_worker.ts";

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  plugins: [react(), tillWorker()],
  publicDir: "static",
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { till: page("till"), console: page("console"), public: page("public") } },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    proxy: { "/v1": process.env["PAYDESK"] ?? "http://127.0.0.1:8080" },
  },
});

function tillWorker(): Plugin {
  return {
    name: "till-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((file) => file.type === "chunk" && file.isEntry && file.name === "till");
      if (entry?.type !== "chunk") throw new Error("the build has no till entry");
      const files = new Set<string>([entry.fileName]);
      const collect = (name: string) => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk") return;
        files.add(name);
        chunk.viteMetadata?.importedCss.forEach((css) => files.add(css));
        chunk.imports.forEach((imported) => files.has(imported) || collect(imported));
      };
      collect(entry.fileName);
      this.emitFile({ type: "asset", fileName: "till/sw.js", source: shellWorker([...files].sort()) });
    },
  };
}
