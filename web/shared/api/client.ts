// How pages talk to the server: a typed client whose every call ends in data or a named failure, never an exception.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Problem, Text } from "./types";

/**
 * Why a call gave no data. `unreachable` says nothing about what the server did: the request may have arrived.
 * `refused` is the server's own definite answer. `broken` is an answer that is neither (a proxy's page, a 5xx):
 * as indefinite as `unreachable`.
 */
export type Failure =
  | { kind: "unreachable" }
  | { kind: "broken"; status: number }
  | { kind: "refused"; status: number; code: string; text: Text };

export type Outcome<T> = { ok: true; data: T; status: number } | { ok: false; failure: Failure };

export const client = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  fetch: (request) => fetch(request),
});

/** Waits for a client call and sorts its ending. */
export async function settle<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Outcome<T>> {
  try {
    const { data, error, response } = await call;
    if (response.ok) return { ok: true, data: data as T, status: response.status };
    return { ok: false, failure: failureOf(response.status, error) };
  } catch {
    return { ok: false, failure: { kind: "unreachable" } };
  }
}

export function failureOf(status: number, body: unknown): Failure {
  if (status < 500 && isProblem(body)) {
    return { kind: "refused", status, code: body.code, text: { zh: body.zh, en: body.en } };
  }
  return { kind: "broken", status };
}

/** True when signing in again is what helps. */
export function isSignedOut(failure: Failure): boolean {
  return failure.kind === "refused" && failure.status === 401;
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== "object" || body === null) return false;
  const { code, zh, en } = body as Partial<Problem>;
  return typeof code === "string" && typeof zh === "string" && typeof en === "string";
}
