// Tills and the devices at them: which is in use, which are spares, when each was last heard of.
import { App, Button, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { client, settle } from "../shared/api/client";
import type { Me, TillDevice, TillDevices } from "../shared/api/types";
import { useFailureText } from "../shared/i18n/failures";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { dayAndClock } from "../shared/time";
import { PageHead } from "./page_head";
import { PairingModal } from "./pairing_modal";
import { Nothing, NotPermitted, WhenLoaded } from "./states";
import { renewDevices, takeInDevices, useDevices } from "./tills_queries";
import { tillsTexts } from "./tills_texts";
import { useNarrow } from "./use_narrow";

type Till = Me["tills"][number];

/** A device beats every second or two; past this it is silent. */
const SILENT_MS = 20_000;

export function TillsPage({ me }: { me: Me }) {
  const t = useTranslate(tillsTexts);
  if (!me.permissions.includes("view_all")) return <NotPermitted />;
  return (
    <>
      <PageHead title={t("title")} hint={t("hint")} />
      {me.tills.length === 0 && <Nothing hint={t("none.hint")}>{t("none")}</Nothing>}
      {me.tills.map((till) => (
        <OneTill key={till.id} till={till} me={me} />
      ))}
    </>
  );
}

function OneTill({ till, me }: { till: Till; me: Me }) {
  const t = useTranslate(tillsTexts);
  const [pairing, setPairing] = useState(false);
  const asked = useDevices(till.id);
  const mayPair = me.permissions.includes("admin");
  return (
    <section className="card card-list" aria-label={till.name}>
      <div className="card-head people-head">
        <h2>{till.name}</h2>
        {mayPair ? <Button onClick={() => setPairing(true)}>{t("pair")}</Button> : <p className="quiet">{t("pair.owner_only")}</p>}
      </div>
      <WhenLoaded asked={asked} rows={2}>
        {(devices) => <Devices till={till} devices={devices} me={me} />}
      </WhenLoaded>
      {pairing && <PairingModal till={till} known={asked.data?.devices ?? []} onClose={() => setPairing(false)} />}
    </section>
  );
}

function Devices({ till, devices, me }: { till: Till; devices: TillDevices; me: Me }) {
  const t = useTranslate(tillsTexts);
  const narrow = useNarrow();
  if (devices.devices.length === 0) return <p className="till-alone quiet">{t("no_device")}</p>;
  const wide: TableColumnsType<TillDevice> = [
    { key: "standing", title: t("standing"), render: (_, device) => <Standing device={device} /> },
    { key: "seen", title: t("seen"), render: (_, device) => <Seen device={device} /> },
    { key: "prints", title: t("prints"), render: (_, device) => t(device.prints ? "prints.self" : "prints.server") },
  ];
  const columns: TableColumnsType<TillDevice> = [
    {
      key: "name",
      title: t("device"),
      render: (_, device) => (
        <div className="device-name">
          <b>{device.name}</b>
          {narrow && <Standing device={device} />}
          {narrow && <Seen device={device} />}
        </div>
      ),
    },
    ...(narrow ? [] : wide),
    { key: "acts", title: "", align: "right", render: (_, device) => <Acts till={till} device={device} devices={devices} me={me} /> },
  ];
  return (
    <>
      <Table rowKey="id" size="middle" columns={columns} dataSource={devices.devices} pagination={false} />
      <Alarms devices={devices} />
    </>
  );
}

function Standing({ device }: { device: TillDevice }) {
  const t = useTranslate(tillsTexts);
  if (device.revoked_at) return <span className="let-in let-in-no">{t("revoked")}</span>;
  return <span className={device.current ? "let-in let-in-yes" : "let-in"}>{t(device.current ? "current" : "spare")}</span>;
}

function Seen({ device }: { device: TillDevice }) {
  const t = useTranslate(tillsTexts);
  const { language } = useLanguage();
  const at = dayAndClock(device.seen_at, language);
  if (device.revoked_at) return at;
  const silent = Date.now() - Date.parse(device.seen_at) > SILENT_MS;
  return <span className={silent ? "device-silent" : "device-online"}>{silent ? t("seen.silent", { time: at }) : t("seen.now")}</span>;
}

interface ActsProps {
  till: Till;
  device: TillDevice;
  devices: TillDevices;
  me: Me;
}

function Acts({ till, device, devices, me }: ActsProps) {
  const t = useTranslate(tillsTexts);
  const failureText = useFailureText();
  const { modal, message } = App.useApp();
  if (device.revoked_at) return null;
  const { name } = device;
  const other = devices.devices.find(({ current }) => current)?.name ?? "";

  async function stand() {
    const body = { agent: device.id };
    const outcome = await settle(client.POST("/v1/tills/{till}/stand", { params: { path: { till: till.id } }, body }));
    if (!outcome.ok) return void message.error(failureText(outcome.failure));
    takeInDevices(till.id, outcome.data);
    void message.success(t("stand.done", { name }));
  }

  async function revoke() {
    const outcome = await settle(client.POST("/v1/api-keys/{id}/revoke", { params: { path: { id: device.key } } }));
    if (!outcome.ok) return void message.error(failureText(outcome.failure));
    renewDevices(till.id);
    void message.success(t("revoke.done", { name }));
  }

  const ask = (act: "stand" | "revoke", carryOut: () => Promise<void>) =>
    modal.confirm({
      title: t(`${act}.title`, { name }),
      content: t(`${act}.meaning`, { other }),
      okText: t(`${act}.yes`),
      cancelText: t("no"),
      okButtonProps: { danger: act === "revoke" },
      onOk: carryOut,
    });
  return (
    <div className="page-tools device-acts">
      {!device.current && me.permissions.includes("refund") && <Button onClick={() => ask("stand", stand)}>{t("stand")}</Button>}
      {me.permissions.includes("admin") && (
        <Button danger onClick={() => ask("revoke", revoke)}>
          {t("revoke")}
        </Button>
      )}
    </div>
  );
}

function Alarms({ devices }: { devices: TillDevices }) {
  const t = useTranslate(tillsTexts);
  const pick = usePick();
  const { language } = useLanguage();
  return (
    <div className="till-alarms">
      {devices.entries_held > 0 && <p className="quiet">{t("entries", { count: devices.entries_held })}</p>}
      {devices.alarms.length > 0 && (
        <>
          <h3>{t("alarms")}</h3>
          <ul>
            {devices.alarms.map((alarm) => (
              <li key={`${alarm.what} ${alarm.place}`} className="notice notice-warn">
                <p>{pick(alarm.text)}</p>
                <p className="quiet">
                  {dayAndClock(alarm.at, language)} · <span className="number">{alarm.place}</span>
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
