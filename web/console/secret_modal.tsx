// A password or a key that is shown this once: copied or written down, then gone.
import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslate } from "../shared/i18n/language";
import { peopleTexts } from "./people_texts";

export interface Told {
  title: string;
  secret: string;
  note: string | null;
}

/** Closes by its button only: a stray click beside it must not lose what cannot be shown again. */
export function SecretModal({ told, onClose }: { told: Told; onClose: () => void }) {
  const t = useTranslate(peopleTexts);
  const [copied, setCopied] = useState<"copied" | "not_copied" | null>(null);

  async function copy() {
    try {
      await navigator.clipboard.writeText(told.secret);
      setCopied("copied");
    } catch {
      setCopied("not_copied");
    }
  }

  return (
    <Modal
      open
      title={told.title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("secret.done")}
        </Button>
      }
    >
      {told.note && <p>{told.note}</p>}
      <p className="secret-row">
        <code className="secret">{told.secret}</code>
        <Button autoFocus onClick={() => void copy()}>
          {t("secret.copy")}
        </Button>
      </p>
      <p role="status" className="quiet">
        {copied ? t(`secret.${copied}`) : " "}
      </p>
      <p className="notice notice-warn">{t("secret.once")}</p>
    </Modal>
  );
}
