// Payments: filter, search by anything on a slip, page back in time, open one.
import { Button, Input, Select, Table, type TableColumnsType } from "antd";
import { useEffect, useState } from "react";
import type { Me, Payment } from "../shared/api/types";
import { useLanguage, usePick, useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { formatAmount } from "../shared/money";
import { dayAndClock } from "../shared/time";
import { MoneyTag } from "./money_tag";
import { PaymentStory } from "./payment_story";
import { exportAddress, PERIODS, usePayments, useTillInfo, type Filters } from "./queries";
import { address, Link, navigate, usePlace } from "./router";
import { RowLink, rowThatLeads } from "./row_link";
import { Failed, Nothing } from "./states";
import { StoryDrawer } from "./story_drawer";
import { consoleTexts } from "./texts";
import { useNarrow } from "./use_narrow";

const MONEY_STATES = ["paid", "recorded", "not_paid", "waiting", "verifying", "returned"] as const;

export function PaymentsPage({ me }: { me: Me }) {
  const t = useTranslate(consoleTexts);
  const { language } = useLanguage();
  const { path, query } = usePlace();
  const [, chosen = ""] = path.split("/");
  const filters: Filters = {
    q: query.get("q") ?? "",
    state: query.get("state") ?? "",
    wallet: query.get("wallet") ?? "",
    period: query.get("period") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
  };
  const narrow = useNarrow();
  const place = (id: string) => address(id ? `payments/${id}` : "payments", { ...filters });
  return (
    <>
      <div className="page-head">
        <h1>{t("payments.title")}</h1>
        <div className="page-tools">
          <Button href={exportAddress(filters, language)} download title={t("payments.export_hint")}>
            {t("payments.export")}
          </Button>
        </div>
      </div>
      <FilterBar me={me} filters={filters} onChange={(next) => navigate(address("payments", { ...next }), { replace: true })} />
      <List filters={filters} narrow={narrow} place={place} />
      <StoryDrawer open={chosen !== ""} onClose={() => navigate(place(""))} width={640} title={t("payment.title")}>
        {chosen && <PaymentStory key={chosen} id={chosen} me={me} />}
      </StoryDrawer>
    </>
  );
}

interface FilterBarProps {
  me: Me;
  filters: Filters;
  onChange: (filters: Filters) => void;
}

function FilterBar({ me, filters, onChange }: FilterBarProps) {
  const t = useTranslate(consoleTexts);
  const shared = useTranslate(sharedTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const till = useTillInfo(me);
  const [typed, setTyped] = useState(filters.q);
  useEffect(() => {
    setTyped(filters.q);
  }, [filters.q]);
  const custom = filters.from || filters.to;
  const customLabel = t("period.custom", {
    from: filters.from ? dayAndClock(filters.from, language).slice(0, -3) : "…",
    to: filters.to ? dayAndClock(filters.to, language).slice(0, -3) : "…",
  });
  const active = Object.values(filters).some(Boolean);
  return (
    <search className="filters">
      <Input.Search
        className="filter-search"
        value={typed}
        allowClear
        placeholder={t("payments.search")}
        aria-label={t("payments.search")}
        onChange={(event) => setTyped(event.target.value)}
        onSearch={(q) => onChange({ ...filters, q: q.trim() })}
      />
      <Select
        aria-label={t("payments.state")}
        value={filters.state}
        onChange={(state) => onChange({ ...filters, state })}
        options={[
          { value: "", label: t("payments.any_state") },
          ...MONEY_STATES.map((state) => ({ value: state as string, label: shared(`money.${state}`) })),
        ]}
      />
      <Select
        aria-label={t("column.wallet")}
        value={filters.wallet}
        onChange={(wallet) => onChange({ ...filters, wallet })}
        options={[
          { value: "", label: t("payments.any_wallet") },
          ...(till.data?.wallets ?? []).map(({ wallet, label }) => ({ value: wallet, label: pick(label) })),
        ]}
      />
      <Select
        aria-label={t("payments.period")}
        value={custom ? "custom" : filters.period || "all"}
        onChange={(period) => onChange({ ...filters, period: period === "all" ? "" : period, from: "", to: "" })}
        options={[
          ...PERIODS.map((period) => ({ value: period as string, label: t(`period.${period}`) })),
          ...(custom ? [{ value: "custom", label: customLabel }] : []),
        ]}
      />
      {active && (
        <Button type="link" onClick={() => onChange({ q: "", state: "", wallet: "", period: "", from: "", to: "" })}>
          {t("payments.clear")}
        </Button>
      )}
    </search>
  );
}

function List({ filters, narrow, place }: { filters: Filters; narrow: boolean; place: (id: string) => string }) {
  const t = useTranslate(consoleTexts);
  const payments = usePayments(filters);
  if (payments.error && !payments.data) return <Failed error={payments.error} onRetry={() => void payments.refetch()} />;
  const items = payments.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(filters).some(Boolean);
  const empty = filtered ? (
    <Nothing hint={filters.q ? t("payments.no_match_hint") : undefined}>{t("payments.no_match")}</Nothing>
  ) : (
    <Nothing>{t("payments.empty")}</Nothing>
  );
  return (
    <section className="card card-list">
      {narrow ? (
        <Cards items={items} loading={payments.isPending} empty={empty} place={place} />
      ) : (
        <PaymentTable items={items} loading={payments.isPending} empty={empty} place={place} />
      )}
      <div className="list-end">
        {payments.hasNextPage ? (
          <Button loading={payments.isFetchingNextPage} onClick={() => void payments.fetchNextPage()}>
            {t("payments.more")}
          </Button>
        ) : (
          items.length > 0 && <span className="quiet">{t("payments.end")}</span>
        )}
      </div>
    </section>
  );
}

interface ListProps {
  items: Payment[];
  loading: boolean;
  empty: React.ReactNode;
  /** The address of a payment with this id. */
  place: (id: string) => string;
}

function PaymentTable({ items, loading, empty, place }: ListProps) {
  const t = useTranslate(consoleTexts);
  const pick = usePick();
  const { language } = useLanguage();
  const columns: TableColumnsType<Payment> = [
    { key: "time", title: t("column.time"), render: (_, p) => <RowLink href={place(p.id)}>{dayAndClock(p.created_at, language)}</RowLink> },
    { key: "state", title: t("column.state"), render: (_, p) => <MoneyTag payment={p} /> },
    { key: "amount", title: t("column.amount"), align: "right", render: (_, p) => <b>{formatAmount(p.amount, language)}</b> },
    { key: "wallet", title: t("column.wallet"), render: (_, p) => pick(p.wallet_label) },
    { key: "till", title: t("column.till"), render: (_, p) => p.till.name, responsive: ["lg"] },
    { key: "cashier", title: t("column.cashier"), render: (_, p) => p.cashier, responsive: ["lg"] },
    { key: "order", title: t("column.order"), render: (_, p) => <span className="number">{p.order_no}</span>, responsive: ["xl"] },
  ];
  return (
    <Table
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={items}
      loading={loading}
      pagination={false}
      locale={{ emptyText: empty }}
      rowClassName="row-link"
      onRow={({ id }) => rowThatLeads(place(id))}
    />
  );
}

function Cards({ items, loading, empty, place }: ListProps) {
  const pick = usePick();
  const { language } = useLanguage();
  if (!loading && items.length === 0) return empty;
  return (
    <ul className="pay-cards">
      {items.map((payment) => (
        <li key={payment.id}>
          <Link href={place(payment.id)}>
            <MoneyTag payment={payment} />
            <b>{formatAmount(payment.amount, language)}</b>
            <span className="quiet">{pick(payment.wallet_label)}</span>
            <time className="quiet">{dayAndClock(payment.created_at, language)}</time>
          </Link>
        </li>
      ))}
    </ul>
  );
}
