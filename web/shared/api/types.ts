// Short names for the contract's shapes, so that pages do not spell out where the generated file keeps them.
import type { components } from "./schema";

type Shapes = components["schemas"];

export type Payment = Shapes["Payment"];
export type Money = Payment["money"];
export type Action = Payment["explain"]["action"];
export type Amount = Payment["amount"];
export type Text = Payment["wallet_label"];
export type Refund = Shapes["Refund"];
export type Me = Shapes["Me"];
export type TillInfo = Shapes["TillInfo"];
export type WalletRule = TillInfo["wallets"][number];
export type PrinterState = TillInfo["printer"];
export type NewPayment = Shapes["NewPayment"];
export type TimelineEntry = Shapes["TimelineEntry"];
export type Day = Shapes["Day"];
export type Person = Shapes["Person"];
export type ApiKey = Shapes["ApiKey"];
export type RecordedChange = Shapes["RecordedChange"];
export type ShownCode = Shapes["ShownCodes"]["items"][number];
export type Demo = Shapes["Demo"];
export type PublicReceipt = Shapes["PublicReceipt"];
export type Paper = Shapes["Papers"]["items"][number];
export type TillDevices = Shapes["TillDevices"];
export type TillDevice = Shapes["TillDevice"];
export type Agent = Shapes["Agent"];
export type Health = Shapes["Health"];
export type Alarm = Shapes["Alarm"];
export type Webhook = Shapes["Webhook"];
export type RouteList = Shapes["RouteList"];
export type WalletRoutes = Shapes["WalletRoutes"];
export type PayRoute = Shapes["Route"];
export type WebhookMessage = Shapes["WebhookMessage"];
export type Sale = Shapes["Sale"];
export type InstallmentPlans = Shapes["InstallmentPlans"];
export type Installments = Shapes["Installments"];
export type Problem = Shapes["Problem"];

/** Money states after which nothing more happens by itself while the customer stands there. */
export function isAtRest(money: Money): boolean {
  return money === "recorded" || money === "paid" || money === "not_paid" || money === "returned";
}
