// The HTTP contract as TypeScript types, in the form openapi-typescript writes; replaced by `npm run gen`.

type Text = { zh: string; en: string };
type Amount = { amount: number; currency: string };
type Named = { id: string; name: string };
type Json<T> = { content: { "application/json": T } };
type ProblemReply = { content: { "application/problem+json": components["schemas"]["Problem"] } };
type Failing = { 400: ProblemReply; 401: ProblemReply; 403: ProblemReply; 404: ProblemReply; 409: ProblemReply; 422: ProblemReply };
type NoBody = { parameters: { query?: never; header?: never; path?: never; cookie?: never } };
type Get<Reply, Query = never, Path = never> = {
  parameters: { query?: Query; header?: never; path: Path; cookie?: never };
  requestBody?: never;
  responses: { 200: Json<Reply> } & Failing;
};
type GetPlain<Reply, Query = never> = {
  parameters: { query?: Query; header?: never; path?: never; cookie?: never };
  requestBody?: never;
  responses: { 200: Json<Reply> } & Failing;
};
type Post<Body, Reply, Status extends number, Path> = {
  parameters: { query?: { wait?: number }; header?: { "Idempotency-Key"?: string }; path: Path; cookie?: never };
  requestBody: { content: { "application/json": Body } };
  responses: { [S in Status]: Json<Reply> } & Failing;
};
type Act<Reply, Status extends number> = {
  parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path: { id: string }; cookie?: never };
  requestBody?: never;
  responses: { [S in Status]: Json<Reply> } & Failing;
};

export interface paths {
  "/v1/session": NoBody & {
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { login: string; password: string } } };
      responses: { 200: Json<components["schemas"]["Me"]> } & Failing;
    };
    delete: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: { 204: { content?: never } } & Failing;
    };
  };
  "/v1/me": NoBody & { get: GetPlain<components["schemas"]["Me"]> };
  "/v1/till": NoBody & { get: GetPlain<components["schemas"]["TillInfo"], { till?: string }> };
  "/v1/payments": NoBody & {
    get: GetPlain<components["schemas"]["PaymentPage"], {
      from?: string; to?: string; state?: string; wallet?: string; till?: string; q?: string; limit?: number; cursor?: string;
    }>;
    post: {
      parameters: { query?: { wait?: number }; header: { "Idempotency-Key": string }; path?: never; cookie?: never };
      requestBody: { content: { "application/json": components["schemas"]["NewPayment"] } };
      responses: { 200: Json<components["schemas"]["Payment"]>; 201: Json<components["schemas"]["Payment"]> } & Failing;
    };
  };
  "/v1/payments/{id}": NoBody & {
    get: Get<components["schemas"]["Payment"], { wait?: number; after?: number }, { id: string }>;
  };
  "/v1/payments/{id}/cancel": NoBody & { post: Act<components["schemas"]["Payment"], 200> };
  "/v1/payments/{id}/look": NoBody & { post: Act<components["schemas"]["Payment"], 200> };
  "/v1/payments/{id}/print": NoBody & { post: Act<components["schemas"]["PrintJob"], 202> };
  "/v1/payments/{id}/refunds": NoBody & {
    post: Post<{ amount: Amount; reason?: string }, components["schemas"]["Payment"], 201, { id: string }>;
  };
  "/v1/payments/{id}/timeline": NoBody & { get: Get<components["schemas"]["Timeline"], never, { id: string }> };
  "/v1/day": NoBody & { get: GetPlain<components["schemas"]["Day"], { date?: string; till?: string }> };
  "/v1/demo": NoBody & { get: GetPlain<components["schemas"]["Demo"]> };
  "/v1/receipts/{token}": NoBody & { get: Get<components["schemas"]["PublicReceipt"], never, { token: string }> };
  "/v1/printer/papers": NoBody & { get: GetPlain<components["schemas"]["Papers"]> };
}

export interface components {
  schemas: {
    Problem: { type?: string; title?: string; status: number; detail?: string; code: string; zh: string; en: string };
    Me: {
      staff: { id: string; login: string; name: string; role: string };
      merchant: Named;
      store: Named | null;
      till: Named | null;
      tills: { id: string; name: string; store_id: string }[];
      permissions: string[];
    };
    TillInfo: {
      till: Named;
      store: Named;
      methods: { channel: string; wallet: string; label: Text; payer_code: boolean; show_qr: boolean }[];
      wallets: { wallet: string; label: Text; prefixes: string[]; lengths: number[]; available: boolean }[];
      limits: { max: Amount };
      currency: string;
      printer: { state: string; text: Text };
      server_time: string;
    };
    NewPayment: {
      till?: string;
      amount: Amount;
      method: { payer_code: { code: string } } | { show_qr: { wallet: string } };
      description?: string;
      reference?: string;
    };
    Payment: {
      id: string;
      version: number;
      created_at: string;
      updated_at: string;
      merchant: Named;
      store: Named;
      till: Named;
      cashier: string | null;
      order_no: string;
      reference: string | null;
      description: string;
      amount: Amount;
      paid: Amount | null;
      refunded: Amount;
      refundable: Amount;
      method: "payer_code" | "show_qr";
      wallet: string;
      wallet_label: Text;
      code_hint: string | null;
      qr: { content: string; expires_at?: string | null } | null;
      money: "waiting" | "verifying" | "paid" | "not_paid" | "returned";
      reason: string | null;
      provider_transaction: string | null;
      provider_code: string | null;
      provider_message: string | null;
      escalated: boolean;
      until: string | null;
      explain: {
        headline: Text;
        detail: Text;
        awaiting: Text | null;
        next_step: Text;
        may_hand_over: boolean;
        may_charge_again: boolean;
        action: "next_customer" | "wait" | "ask_customer" | "scan_new_code" | "other_method" | "call_owner" | "show_qr" | "try_again";
        action_label: Text;
      };
      refunds: components["schemas"]["Refund"][];
      printed: { state: "none" | "queued" | "sent" | "printed" | "unknown" | "held"; copies: number } | null;
      receipt_url: string | null;
    };
    Refund: {
      id: string;
      refund_no: string;
      amount: Amount;
      state: "processing" | "done" | "refused";
      reason: string | null;
      refuse_reason: string | null;
      requested_at: string;
      done_at: string | null;
      text: Text;
    };
    PaymentPage: { items: components["schemas"]["Payment"][]; next: string | null };
    PrintJob: { id?: string; state?: string; copies?: number };
    Timeline: { entries: components["schemas"]["TimelineEntry"][] };
    TimelineEntry: {
      seq: number;
      at: string;
      who: string;
      kind: string;
      text: Text;
      code: string | null;
      message: string | null;
      fields: { name: string; value: string }[];
    };
    Day: {
      date: string;
      zone: string;
      paid: { count: number; amount: Amount };
      refunded: { count: number; amount: Amount };
      not_paid: number;
      waiting: number;
      success_rate: number | null;
      by_hour: { hour: number; count: number; amount: Amount }[];
      by_wallet: { wallet: string; label: Text; count: number; amount: Amount }[];
      last_week_same_day: { count: number; amount: Amount };
    };
    Demo: {
      credentials: { login: string; password: string; role: string }[];
      codes: { provider: string; code?: string | null; amount?: string | null; zh: string; en: string }[];
      printer_url?: string | null;
    };
    SlipLine:
      | { kind: "text"; text: string; align: string; size: number; bold: boolean }
      | { kind: "pair"; label: string; value: string }
      | { kind: "qr"; content: string }
      | { kind: "rule" | "blank" | "cut" };
    PublicReceipt: {
      merchant: string;
      store: string;
      lines: components["schemas"]["SlipLine"][];
      lines_en: components["schemas"]["SlipLine"][];
      payment: {
        amount: Amount;
        refunded: Amount;
        state: components["schemas"]["Payment"]["money"];
        state_label: Text;
        wallet_label: Text;
        time: string;
        order_no: string;
      };
    };
    Papers: { items: { id: string; at: string; svg: string }[] };
  };
}
