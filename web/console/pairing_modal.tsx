// A pairing code for a new device: what to type where, until when, and that the device has arrived.
import { Button, Modal } from "antd";
import { useCallback, useEffect, useState } from "react";
import { client, settle, type Failure } from "../shared/api/client";
import type { Me, TillDevice } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { clock } from "../shared/time";
import { tillsTexts } from "./tills_texts";

interface PairingProps {
  till: Me["tills"][number];
  /** The till's devices, renewed while this is open. */
  known: readonly TillDevice[];
  onClose: () => void;
}

export function PairingModal({ till, known, onClose }: PairingProps) {
  const t = useTranslate(tillsTexts);
  const failureText = useFailureText();
  const [before] = useState(() => new Set(known.map(({ id }) => id)));
  const [code, setCode] = useState<{ code: string; expires_at: string } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [over, setOver] = useState(false);
  const arrived = known.find(({ id }) => !before.has(id));

  const ask = useCallback(async () => {
    const outcome = await settle(client.POST("/v1/tills/{till}/pairing", { params: { path: { till: till.id } } }));
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setCode(outcome.data);
    setOver(false);
  }, [till.id]);
  useEffect(() => void ask(), [ask]);

  useEffect(() => {
    if (!code) return;
    const timer = setTimeout(() => setOver(true), Math.max(0, Date.parse(code.expires_at) - Date.now()));
    return () => clearTimeout(timer);
  }, [code]);

  return (
    <Modal
      open
      title={t("code.title", { till: till.name })}
      onCancel={onClose}
      footer={
        <>
          {!arrived && <Button onClick={() => void ask()}>{t("code.again")}</Button>}
          <Button type="primary" onClick={onClose}>
            {t("code.close")}
          </Button>
        </>
      }
    >
      {failure && (
        <p className="notice notice-bad" role="alert">
          {failureText(failure)}
        </p>
      )}
      {code && (
        <div className="pairing">
          <p className="pairing-code">{code.code}</p>
          <p className="quiet">{over ? t("code.over") : t("code.until", { time: clock(code.expires_at) })}</p>
          <p>{t("code.how")}</p>
          <pre className="pairing-command">
            <code>{`paydesk till init --server ${location.origin} --code ${code.code}`}</code>
          </pre>
          <p className="quiet">{t("code.first")}</p>
          <p role="status" className={arrived ? "notice pairing-done" : "notice"}>
            {arrived ? t("code.done", { name: arrived.name }) : t("code.waiting")}
          </p>
        </div>
      )}
    </Modal>
  );
}
