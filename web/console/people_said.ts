// What a recorded change of a person or key was, in the words of the People page.
import type { RecordedChange } from "../shared/api/types";
import type { Translate } from "../shared/i18n/language";
import { ROLES, type Role } from "./people_roles";
import type { peopleTexts } from "./people_texts";

type Say = Translate<typeof peopleTexts>;

/** What is worth knowing about a change, a sentence each. What this page has no words for is shown as it was recorded. */
export function said({ action, detail }: Pick<RecordedChange, "action" | "detail">, t: Say): string[] {
  if (!detail) return [];
  const lines = detail.split("\n");
  if (action === "staff.changed") return lines.map((line) => change(line, t));
  if (action === "webhook.replayed") return lines.map((line) => again(line, t));
  if (action === "staff.created" || action === "api_key.created") return lines.map((line) => named(line, t));
  return lines;
}

/** `role: cashier → manager` */
function change(line: string, t: Say): string {
  const [, what, before = "", after = ""] = /^(name|role|till): (.*?) → (.*)$/.exec(line) ?? [];
  switch (what) {
    case "name":
      return t("said.name", { before, after });
    case "role":
      return t("said.role", { before: roleName(before, t), after: roleName(after, t) });
    case "till":
      return t("said.till", { before: before || t("till.any"), after: after || t("till.any") });
    default:
      return line;
  }
}

/** `message 7: 1`, `parked: 12`, `since 2026-11-22T00:00:00+08:00: 40` */
function again(line: string, t: Say): string {
  const [, which, what = "", count = ""] = /^(message|parked|since) ?(.*): (\d+)$/.exec(line) ?? [];
  switch (which) {
    case "message":
      return t("said.again.one", { what });
    case "parked":
      return t("said.again.parked", { count });
    case "since":
      return t("said.again.since", { time: what.slice(0, 16).replace("T", " "), count });
    default:
      return line;
  }
}

/** `wang cashier` */
function named(line: string, t: Say): string {
  const end = line.lastIndexOf(" ");
  const role = line.slice(end + 1);
  return end > 0 && isRole(role) ? t("said.made", { name: line.slice(0, end), role: roleName(role, t) }) : line;
}

export function roleName(role: string, t: Say): string {
  return isRole(role) ? t(`role.${role}`) : role;
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
