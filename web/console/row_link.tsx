// A row of a table that opens what it is about: its first cell holds the link, the rest of it is a wider target.
import type { MouseEvent, ReactNode } from "react";
import { Link, navigate } from "./router";

/** What keyboards and screen readers find in a row. */
export function RowLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="row-name">
      {children}
    </Link>
  );
}

/** For a row's `onRow`: a click anywhere in it follows its link, unless something in it was clicked or selected. */
export function rowThatLeads(href: string) {
  return {
    onClick: ({ target }: MouseEvent<HTMLElement>) => {
      if ((target as Element).closest("a, button, input")) return;
      if (getSelection()?.type === "Range") return;
      navigate(href);
    },
  };
}
