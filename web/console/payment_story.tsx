// One payment: the headline, the money state, what can be done, and how it came to this.
import { App, Button } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import { isAtRest, type Me, type Payment } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { useSlipText } from "../shared/i18n/slips";
import { formatAmount } from "../shared/money";
import { clockWithSeconds, dayAndClock } from "../shared/time";
import { Answers, answersFor } from "../shared/ui/answers";
import { MoneyMark } from "../shared/ui/money_mark";
import { decisionTexts } from "./decision_texts";
import { FoundNotice } from "./found_notice";
import { CallFailed, takeIn, usePayment } from "./queries";
import { goesBackInCash, RefundModal } from "./refund_modal";
import { SaleSection } from "./sale_section";
import { SettleModal } from "./settle_modal";
import { Nothing, WhenLoaded } from "./states";
import { consoleTexts } from "./texts";
import { Timeline } from "./timeline";

export function PaymentStory({ id, me }: { id: string; me: Me }) {
  const t = useTranslate(consoleTexts);
  const asked = usePayment(id);
  const missing = asked.error instanceof CallFailed && asked.error.failure.kind === "refused" && asked.error.failure.status === 404;
  if (missing) return <Nothing>{t("payment.missing")}</Nothing>;
  return (
    <WhenLoaded asked={asked} rows={10}>
      {(payment) => <Story payment={payment} me={me} />}
    </WhenLoaded>
  );
}

function Story({ payment, me }: { payment: Payment; me: Me }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  return (
    <article className="story">
      <Headline payment={payment} />
      <FoundNotice payment={payment} me={me} />
      <Answers {...answersFor(payment)} />
      <p className="story-next">
        <span className="quiet">{t("payment.next")}</span> {pick(payment.explain.next_step)}
      </p>
      <Actions payment={payment} me={me} />
      <Refunds payment={payment} />
      <SaleSection payment={payment} me={me} />
      <h3>{t("timeline.title")}</h3>
      <Timeline id={payment.id} />
      <h3>{t("payment.facts")}</h3>
      <Facts payment={payment} />
    </article>
  );
}

function Headline({ payment }: { payment: Payment }) {
  const t = useTranslate(consoleTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  return (
    <>
      <div className={`story-banner money-fill-${payment.money}`}>
        <MoneyMark money={payment.money} size="3rem" />
        <div>
          <p className="story-word">{shared(`money.${payment.money}`)}</p>
          <p className="story-amount">{formatAmount(payment.amount, language)}</p>
        </div>
      </div>
      <div>
        <h2>{pick(payment.explain.headline)}</h2>
        <p>{pick(payment.explain.detail)}</p>
        {payment.explain.awaiting && <p className="quiet">{pick(payment.explain.awaiting)}</p>}
        {payment.until && !isAtRest(payment.money) && <b>{t("payment.until", { time: clockWithSeconds(payment.until) })}</b>}
        {payment.escalated && <p className="notice notice-bad">{t("payment.escalated")}</p>}
      </div>
    </>
  );
}

function Actions({ payment, me }: { payment: Payment; me: Me }) {
  const mayRefund = me.permissions.includes("refund");
  const mayReprint = me.permissions.includes("take");
  const t = useTranslate(consoleTexts);
  const failureText = useFailureText();
  const { message } = App.useApp();
  const td = useTranslate(decisionTexts);
  const [refunding, setRefunding] = useState(false);
  const [settling, setSettling] = useState(false);
  const params = { params: { path: { id: payment.id } } };
  // Late money that the provider will not take back counts as well: it can go back over the counter.
  const refundable = payment.refundable.amount > 0;

  async function look() {
    const outcome = await settle(client.POST("/v1/payments/{id}/look", params));
    if (!outcome.ok) return void message.error(failureText(outcome.failure));
    takeIn(outcome.data);
    void message.success(t("payment.looked"));
  }

  async function reprint() {
    const outcome = await settle(client.POST("/v1/payments/{id}/print", params));
    if (outcome.ok) void message.success(t("payment.reprinted"));
    else void message.error(failureText(outcome.failure));
  }

  return (
    <div className="story-actions">
      {!isAtRest(payment.money) && (
        <Button type="primary" onClick={() => void look()}>
          {t("payment.look")}
        </Button>
      )}
      {payment.to_settle && mayRefund && (
        <Button type={payment.escalated ? "primary" : "default"} onClick={() => setSettling(true)}>
          {td("settle.open")}
        </Button>
      )}
      {refundable && (
        <Button disabled={!mayRefund} title={mayRefund ? undefined : t("payment.no_refund")} onClick={() => setRefunding(true)}>
          {goesBackInCash(payment) ? td("refund.cash_open") : t("payment.refund")}
        </Button>
      )}
      {payment.money === "paid" && mayReprint && <Button onClick={() => void reprint()}>{t("payment.reprint")}</Button>}
      {payment.receipt_url && payment.money !== "recorded" && (
        <Button href={payment.receipt_url} target="_blank" rel="noreferrer">
          {t("payment.receipt")}
        </Button>
      )}
      {refundable && !mayRefund && <p className="quiet">{t("payment.no_refund")}</p>}
      {payment.to_settle && !mayRefund && <p className="quiet">{td("settle.no_permission")}</p>}
      {refunding && <RefundModal payment={payment} onClose={() => setRefunding(false)} />}
      {settling && <SettleModal payment={payment} onClose={() => setSettling(false)} />}
    </div>
  );
}

function Refunds({ payment }: { payment: Payment }) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const { language } = useLanguage();
  if (payment.refunds.length === 0) return null;
  return (
    <section>
      <h3>{t("payment.refunds")}</h3>
      <ul className="story-refunds">
        {payment.refunds.map((refund) => (
          <li key={refund.id} className={`refund-${refund.state}`}>
            <span>
              {pick(refund.text)}
              <small className="number">
                {refund.refund_no} · {dayAndClock(refund.requested_at, language)}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ payment }: { payment: Payment }) {
  const t = useTranslate(consoleTexts);
  const td = useTranslate(decisionTexts);
  const slipText = useSlipText();
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const rows: [string, string | null | undefined][] = [
    [t("column.time"), dayAndClock(payment.created_at, language)],
    [t("payment.method"), `${pick(payment.wallet_label)} · ${shared(`method.${payment.method}`)}`],
    [td("facts.installments"), payment.installments && pick(payment.installments.text)],
    [td("facts.tendered"), payment.cash && formatAmount(payment.cash.tendered, language)],
    [td("facts.change"), payment.cash && payment.cash.change.amount > 0 ? formatAmount(payment.cash.change, language) : null],
    [td("facts.seen"), payment.record?.seen],
    [td("facts.digits"), payment.record?.digits],
    [td("facts.verify_by"), payment.record && !payment.record.matched ? dayAndClock(payment.record.verify_by, language) : null],
    [td("facts.settled"), payment.record?.settled],
    [t("payment.paid"), payment.paid && formatAmount(payment.paid, language)],
    [t("payment.refunded"), payment.refunded.amount > 0 ? formatAmount(payment.refunded, language) : null],
    [t("payment.store"), `${payment.store.name} · ${payment.till.name}`],
    [t("column.cashier"), payment.cashier],
    [t("column.order"), payment.order_no],
    [t("payment.transaction"), payment.provider_transaction],
    [t("payment.reference"), payment.reference],
    [t("payment.code"), payment.code_hint],
    [t("payment.slip"), payment.printed && slipText(payment.printed.state)],
  ];
  return (
    <dl className="sums facts-list">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
