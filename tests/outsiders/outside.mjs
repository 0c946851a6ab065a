// What every outsider's script in JavaScript shares: counting checks, the simulator's steering, a place for notifications.

import { randomBytes } from "node:crypto";
import http from "node:http";

let passed = 0;
let failed = 0;

export function check(what, holds, seen) {
  if (holds) passed += 1;
  else failed += 1;
  console.log(holds ? `ok - ${what}` : `FAILED - ${what}; seen: ${JSON.stringify(seen)?.slice(0, 500)}`);
}

export async function group(name, action) {
  try {
    await action();
  } catch (error) {
    check(name, false, String(error?.stack ?? error));
  }
}

export const orderNo = () => randomBytes(16).toString("hex");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Says how many checks passed, and ends. */
export function end() {
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exit(failed ? 1 : 0);
}

/** Steering below /_simulator/ on the simulator's own port. */
export function steer(baseUrl) {
  const origin = new URL(baseUrl).origin;
  const ask = async (method, path) => (await fetch(`${origin}/_simulator/${path}`, { method })).json();
  return {
    code: async (treatment) => (await ask("GET", "codes")).find((entry) => entry.treatment === treatment).code,
    scan: (number) => ask("POST", `scan/${number}`),
    book: (number) => ask("GET", `books/${number}`),
  };
}

/** A web server that keeps what it is sent. */
export async function inbox(acknowledgement) {
  const received = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end(acknowledgement);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const next = async () => {
    for (let tries = 0; tries < 150 && received.length === 0; tries += 1) await pause(100);
    return received.shift();
  };
  return { url: `http://127.0.0.1:${server.address().port}/notify`, next, close: () => server.close() };
}

export const refusedWith = (promise) => promise.then((reply) => ({ taken: reply.data ?? reply }), (error) => error);
