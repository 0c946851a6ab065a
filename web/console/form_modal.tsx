// A form in a window of its own: complains of what is missing, sends once, and stays open with the reason if it was refused.
import { Modal } from "antd";
import { useState, type ReactNode } from "react";
import type { Outcome } from "../shared/api/client";
import { useFailureText } from "../shared/i18n/failures";

interface FormModalProps {
  title: string;
  ok: string;
  cancel: string;
  /** What is missing, in a sentence. */
  complain: () => string | null;
  send: () => Promise<Outcome<unknown>>;
  /** It was sent: what became of a request without an answer shows in the list, which is asked anew. */
  onSent: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function FormModal({ title, ok, cancel, complain, send, onSent, onClose, children }: FormModalProps) {
  const failureText = useFailureText();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  async function submit() {
    const missing = complain();
    setComplaint(missing);
    if (missing) return;
    setBusy(true);
    const outcome = await send();
    setBusy(false);
    onSent();
    if (outcome.ok) onClose();
    else setComplaint(failureText(outcome.failure));
  }

  return (
    <Modal
      open
      title={title}
      okText={ok}
      cancelText={cancel}
      okButtonProps={{ loading: busy }}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <form
        className="refund-fields"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children}
        {complaint && (
          <p className="notice notice-bad" role="alert">
            {complaint}
          </p>
        )}
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}
