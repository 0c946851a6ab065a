// A person's word about a channel: what it does to payments, and for how long it holds.
import { Radio } from "antd";
import { useState } from "react";
import type { PayRoute, WalletRoutes } from "../shared/api/types";
import { usePick, useTranslate } from "../shared/i18n/language";
import { FormModal } from "./form_modal";
import { order, type Word } from "./routes_queries";
import { routesTexts } from "./routes_texts";

interface RouteOrderFormProps {
  wallet: WalletRoutes;
  route: PayRoute;
  word: Word;
  /** No other channel to this wallet is open. */
  isLast: boolean;
  onClose: () => void;
}

const SPANS = [30, 240, 1440] as const;

export function RouteOrderForm({ wallet, route, word, isLast, onClose }: RouteOrderFormProps) {
  const t = useTranslate(routesTexts);
  const pick = usePick();
  const [minutes, setMinutes] = useState<number | null>(30);
  const names = { wallet: pick(wallet.label), name: route.name };
  return (
    <FormModal
      title={t(`${word}.title`, names)}
      ok={t(word)}
      cancel={t("not_now")}
      complain={() => null}
      send={() => order(wallet.wallet, route.channel, word, minutes)}
      onSent={() => undefined}
      onClose={onClose}
    >
      <p>{t(`${word}.meaning`)}</p>
      {word === "shut" && isLast && <p className="notice notice-bad">{t("shut.last", names)}</p>}
      <fieldset className="route-spans">
        <legend>{t("how_long")}</legend>
        <Radio.Group value={minutes} onChange={(event) => setMinutes(event.target.value as number | null)}>
          {SPANS.map((span) => (
            <Radio key={span} value={span}>
              {t(`minutes.${span}`)}
            </Radio>
          ))}
          <Radio value={null}>{t("minutes.none")}</Radio>
        </Radio.Group>
      </fieldset>
    </FormModal>
  );
}
