// The own password, changed at the till.
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { PasswordForm } from "../shared/ui/password_form";
import { Dialog } from "./dialog";

export function PasswordDialog(props: { login: string; onClose: () => void; onChanged: () => void }) {
  const shared = useTranslate(sharedTexts);
  const title = shared("password.title");
  return (
    <Dialog title={title} onClose={props.onClose}>
      <h2>{title}</h2>
      <PasswordForm
        login={props.login}
        onDone={() => {
          props.onClose();
          props.onChanged();
        }}
      >
        <button type="button" className="button" onClick={props.onClose}>
          {shared("close")} <kbd>Esc</kbd>
        </button>
      </PasswordForm>
    </Dialog>
  );
}
