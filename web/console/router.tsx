// Addresses of the console: every page, filter and payment has one that can be kept and sent.
import { useCallback, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";

export const ROOT = "/console/";

export interface Place {
  /** The path below the console's root, without slashes at its ends: "", "payments", "payments/<id>". */
  path: string;
  query: URLSearchParams;
}

const changed = new EventTarget();

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  changed.dispatchEvent(new Event("change"));
}

export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  return useMemo(() => {
    const url = new URL(href, location.origin);
    const path = url.pathname.replace(/^\/console\/?/, "").replace(/\/+$/, "");
    return { path, query: url.searchParams };
  }, [href]);
}

/** An address within the console; empty query values are left out. */
export function address(path: string, query: Record<string, string | null | undefined> = {}): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const search = new URLSearchParams(kept).toString();
  return ROOT + path + (search ? `?${search}` : "");
}

/** A link that stays in the page, yet opens in a new tab when asked to. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = useCallback(
    (event: MouseEvent<HTMLAnchorElement>) => {
      onClick?.(event);
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      navigate(href);
    },
    [href, onClick],
  );
  return <a href={href} onClick={follow} {...rest} />;
}

function subscribe(listener: () => void): () => void {
  changed.addEventListener("change", listener);
  addEventListener("popstate", listener);
  return () => {
    changed.removeEventListener("change", listener);
    removeEventListener("popstate", listener);
  };
}
