// Whether somebody signed in on this device: known without asking, so that a stranger's first visit asks for nothing.
import { client, isSignedOut, settle, type Outcome } from "./api/client";
import type { Me } from "./api/types";

const SIGNED_IN = "paydesk.signed_in";

export function noteSignedIn(): void {
  localStorage.setItem(SIGNED_IN, "1");
}

export function noteSignedOut(): void {
  localStorage.removeItem(SIGNED_IN);
}

/** Who is signed in; null for nobody. */
export async function whoIsHere(): Promise<Outcome<Me | null>> {
  if (localStorage.getItem(SIGNED_IN) === null) return { ok: true, data: null, status: 204 };
  const outcome = await settle(client.GET("/v1/me"));
  if (outcome.ok || !isSignedOut(outcome.failure)) return outcome;
  noteSignedOut();
  return { ok: true, data: null, status: 401 };
}

export async function signOut(): Promise<void> {
  noteSignedOut();
  await settle(client.DELETE("/v1/session"));
}
