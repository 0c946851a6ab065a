// What concerns oneself: the own password, and leaving.
import { App, Dropdown, Modal } from "antd";
import { useState } from "react";
import type { Me } from "../shared/api/types";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { PasswordForm } from "../shared/ui/password_form";

export function OwnMenu({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  const t = useTranslate(sharedTexts);
  const { message } = App.useApp();
  const [changing, setChanging] = useState(false);
  return (
    <>
      <Dropdown
        trigger={["click"]}
        autoFocus
        menu={{
          items: [
            { key: "password", label: t("password.title"), onClick: () => setChanging(true) },
            { key: "signout", label: t("signout"), onClick: onSignOut },
          ],
        }}
      >
        <button type="button" className="button button-quiet own-menu" aria-haspopup="menu">
          {me.staff.name} <span aria-hidden="true">▾</span>
        </button>
      </Dropdown>
      <Modal open={changing} title={t("password.title")} footer={null} destroyOnHidden onCancel={() => setChanging(false)}>
        <PasswordForm
          login={me.staff.login}
          onDone={() => {
            setChanging(false);
            void message.success(t("password.changed"));
          }}
        />
      </Modal>
    </>
  );
}
