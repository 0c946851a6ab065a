// Letting somebody in, or changing what one may do: one form for people, one for keys.
import { App, Input, Radio, Select } from "antd";
import { useState } from "react";
import { client, settle, type Outcome } from "../shared/api/client";
import type { Me, Person } from "../shared/api/types";
import { useTranslate } from "../shared/i18n/language";
import { FormModal } from "./form_modal";
import { renewPeople } from "./people_queries";
import { ROLES } from "./people_roles";
import { peopleTexts } from "./people_texts";
import type { Told } from "./secret_modal";

interface FormProps {
  me: Me;
  onClose: () => void;
  onTold: (told: Told) => void;
}

/** For a new person, or for `person` as it is. */
export function PersonForm({ me, person, onClose, onTold }: FormProps & { person?: Person }) {
  const t = useTranslate(peopleTexts);
  const { message } = App.useApp();
  const [login, setLogin] = useState("");
  const [duties, setDuties] = useState<Duties>({ name: person?.name ?? "", role: person?.role ?? "cashier", till: person?.till?.id ?? null });

  async function send(): Promise<Outcome<unknown>> {
    if (person) {
      const path = { path: { id: person.id } };
      const changed = await settle(client.PUT("/v1/people/{id}", { params: path, body: duties }));
      if (changed.ok) void message.success(t("saved"));
      return changed;
    }
    const made = await settle(client.POST("/v1/people", { body: { ...duties, login: login.trim() } }));
    if (made.ok && made.data.password) {
      const { name, login: as } = made.data.person;
      onTold({ title: t("secret.password", { name }), secret: made.data.password, note: t("secret.login", { login: as }) });
    }
    return made;
  }

  const complain = () => (duties.name.trim() ? (!person && !/^\S{2,64}$/.test(login.trim()) ? t("login.needed") : null) : t("name.needed"));
  return (
    <FormModal
      title={person ? t("edit.title", { name: person.name }) : t("add.title")}
      ok={t(person ? "save" : "add.ok")}
      cancel={t("cancel")}
      complain={complain}
      send={send}
      onSent={renewPeople}
      onClose={onClose}
    >
      {!person && (
        <label>
          {t("column.login")}
          <Input value={login} autoFocus autoComplete="off" autoCapitalize="none" maxLength={64} onChange={(event) => setLogin(event.target.value)} />
        </label>
      )}
      <DutyFields me={me} nameLabel={t("column.name")} duties={duties} ownRole={person?.you ?? false} onChange={setDuties} />
      {!person && <p className="quiet">{t("add.password_note")}</p>}
    </FormModal>
  );
}

export function KeyForm({ me, onClose, onTold }: FormProps) {
  const t = useTranslate(peopleTexts);
  const [duties, setDuties] = useState<Duties>({ name: "", role: "cashier", till: null });

  async function send(): Promise<Outcome<unknown>> {
    const made = await settle(client.POST("/v1/api-keys", { body: duties }));
    if (made.ok) onTold({ title: t("secret.key", { name: made.data.key.name }), secret: made.data.secret, note: null });
    return made;
  }

  return (
    <FormModal
      title={t("key.title")}
      ok={t("key.ok")}
      cancel={t("cancel")}
      complain={() => (duties.name.trim() ? null : t("name.needed"))}
      send={send}
      onSent={renewPeople}
      onClose={onClose}
    >
      <DutyFields me={me} nameLabel={t("column.machine")} duties={duties} ownRole={false} onChange={setDuties} />
    </FormModal>
  );
}

interface Duties {
  name: string;
  role: string;
  till: string | null;
}

interface DutyFieldsProps {
  me: Me;
  nameLabel: string;
  duties: Duties;
  /** Nobody changes the own role. */
  ownRole: boolean;
  onChange: (duties: Duties) => void;
}

function DutyFields({ me, nameLabel, duties, ownRole, onChange }: DutyFieldsProps) {
  const t = useTranslate(peopleTexts);
  return (
    <>
      <label>
        {nameLabel}
        <Input value={duties.name} maxLength={64} autoComplete="off" onChange={(event) => onChange({ ...duties, name: event.target.value })} />
      </label>
      <fieldset className="roles" disabled={ownRole}>
        <legend>{t("column.role")}</legend>
        <Radio.Group value={duties.role} disabled={ownRole} onChange={(event) => onChange({ ...duties, role: String(event.target.value) })}>
          {ROLES.map((role) => (
            <Radio key={role} value={role}>
              <b>{t(`role.${role}`)}</b> <span className="quiet">{t(`role.${role}.may`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </fieldset>
      <label>
        {t("column.till")}
        <Select
          value={duties.till ?? ""}
          aria-label={t("column.till")}
          onChange={(till) => onChange({ ...duties, till: till || null })}
          options={[{ value: "", label: t("till.any") }, ...me.tills.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </label>
    </>
  );
}
