// What stands where data should be: loading, nothing there, not allowed, failed.
import { Button, Empty, Result, Skeleton } from "antd";
import type { ReactNode } from "react";
import { useFailureText } from "../shared/i18n/failures";
import { useTranslate } from "../shared/i18n/language";
import { sharedTexts } from "../shared/i18n/shared_texts";
import { CallFailed } from "./queries";
import { consoleTexts } from "./texts";

interface Asked<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => unknown;
}

/** Shows the data, or the state it is in instead. Old data stays while a renewal fails. */
export function WhenLoaded<T>(props: { asked: Asked<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { asked, rows = 4, children } = props;
  if (asked.data !== undefined) return children(asked.data);
  if (asked.error) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  return <Skeleton active title={false} paragraph={{ rows }} />;
}

export function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTranslate(consoleTexts);
  const shared = useTranslate(sharedTexts);
  const failureText = useFailureText();
  const failure = error instanceof CallFailed ? error.failure : ({ kind: "unreachable" } as const);
  if (failure.kind === "refused" && failure.status === 403) {
    return <Result status="403" title={t("no_permission")} subTitle={t("no_permission.hint")} />;
  }
  return (
    <Result
      status="warning"
      title={failureText(failure)}
      extra={<Button onClick={onRetry}>{shared("retry")}</Button>}
    />
  );
}

/** Instead of a page that this person may not see. */
export function NotPermitted() {
  const t = useTranslate(consoleTexts);
  return <Result status="403" title={<h1>{t("no_permission")}</h1>} subTitle={t("no_permission.hint")} />;
}

export function Nothing({ children, hint }: { children: ReactNode; hint?: ReactNode }) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <p>{children}</p>
          {hint && <p className="quiet">{hint}</p>}
        </>
      }
    />
  );
}
