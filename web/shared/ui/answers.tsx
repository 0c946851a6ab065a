// The three questions that are always answered: did the money arrive, may I hand over, may I charge again.
import type { Payment } from "../api/types";
import { useTranslate } from "../i18n/language";
import { sharedTexts } from "../i18n/shared_texts";
import "./answers.css";

export type Arrived = "yes" | "no" | "unknown" | "returned";

export function answersFor(payment: Payment): { arrived: Arrived; handOver: boolean; chargeAgain: boolean } {
  const arrived: Record<Payment["money"], Arrived> = {
    paid: "yes",
    not_paid: "no",
    returned: "returned",
    waiting: "unknown",
    verifying: "unknown",
    recorded: "unknown",
  };
  return {
    arrived: arrived[payment.money],
    handOver: payment.explain.may_hand_over,
    chargeAgain: payment.explain.may_charge_again,
  };
}

export function Answers(props: { arrived: Arrived; handOver: boolean; chargeAgain: boolean }) {
  const t = useTranslate(sharedTexts);
  const arrived = {
    yes: t("answer.arrived"),
    no: t("answer.not_arrived"),
    unknown: t("answer.unknown"),
    returned: t("answer.went_back"),
  }[props.arrived];
  const yesNo = (may: boolean) => (may ? t("answer.yes") : t("answer.no"));
  return (
    <dl className="answers">
      <Answer question={t("question.arrived")} answer={arrived} tone={props.arrived === "yes" ? "yes" : props.arrived === "unknown" ? "open" : "no"} />
      <Answer question={t("question.hand_over")} answer={yesNo(props.handOver)} tone={props.handOver ? "yes" : "no"} />
      <Answer question={t("question.charge_again")} answer={yesNo(props.chargeAgain)} tone={props.chargeAgain ? "yes" : "no"} />
    </dl>
  );
}

const SIGNS = { yes: "✓", no: "✕", open: "…" };

function Answer({ question, answer, tone }: { question: string; answer: string; tone: keyof typeof SIGNS }) {
  return (
    <div className={`answer answer-${tone}`}>
      <dt>{question}</dt>
      <dd>
        <span aria-hidden="true">{SIGNS[tone]}</span> {answer}
      </dd>
    </div>
  );
}
