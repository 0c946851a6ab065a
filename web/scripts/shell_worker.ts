// The till's service worker: it keeps the page's own files so that the till opens without a network. It never touches /v1.
import { createHash } from "node:crypto";

/** The worker's source for these hashed files. The cache is named after them, so a new build drops the old one. */
export function shellWorker(files: string[]): string {
  const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
  const paths = ["/till/", ...files.map((file) => `/${file}`)];
  return `const CACHE = "till-${version}";
const FILES = ${JSON.stringify(paths)};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("till-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match("/till/")));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
  }
});
`;
}
