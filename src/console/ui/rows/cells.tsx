/** Values in the words and chips that all tables and pages share. */
import type { ComponentChildren } from "preact";
import type { ValueKind } from "../../../reports/screen/shown.ts";
import type { PersonRow, TableColumn, TableRow } from "../../contract/sources.ts";
import { Chip, type Tone } from "../design/chip.tsx";
import { capitalized, formatCount, formatDateTime, formatUtcDay } from "../design/format.ts";
import type { IconName } from "../design/icon.tsx";

interface Look {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
}

const statusLooks: Readonly<Record<PersonRow["status"], Look>> = {
  pending: { tone: "neutral", icon: "clock", text: "Pending" },
  enabled: { tone: "good", icon: "check-circle", text: "Enabled" },
  disabled: { tone: "neutral", icon: "slash", text: "Disabled" },
  deleted: { tone: "neutral", icon: "trash", text: "Deleted" },
  unknown: { tone: "warn", icon: "dots", text: "Unknown" },
};

const twoFactorLooks: Readonly<Record<PersonRow["twoFactor"], Look>> = {
  yes: { tone: "good", icon: "check-circle", text: "Yes" },
  no: { tone: "bad", icon: "x-octagon", text: "No" },
  unknown: { tone: "warn", icon: "dots", text: "Unknown" },
};

/** Enabled, disabled, deleted or unknown. */
export function StatusChip({ status }: { readonly status: string }) {
  return <LookChip look={isKeyOf(statusLooks, status) ? statusLooks[status] : undefined} word={status} />;
}

/** Yes, no or unknown. */
export function TwoFactorChip({ twoFactor }: { readonly twoFactor: string }) {
  return (
    <LookChip look={isKeyOf(twoFactorLooks, twoFactor) ? twoFactorLooks[twoFactor] : undefined} word={twoFactor} />
  );
}

function LookChip({ look, word }: { readonly look: Look | undefined; readonly word: string }) {
  return look ? <Chip {...look} /> : word;
}

/** A day in UTC, as ages are counted, with the exact moment on hover; `absent` for none. Milliseconds since the epoch. */
export function Day({ ms, absent }: { readonly ms: number | null; readonly absent: string }) {
  if (ms === null) return <span class="muted">{absent}</span>;
  const moment = new Date(ms);
  // Moments that no calendar has come from damaged files.
  if (Number.isNaN(moment.getTime())) return <span class="muted">{String(ms)}</span>;
  return (
    <time class="nowrap" dateTime={moment.toISOString()} title={formatDateTime(ms)}>
      {formatUtcDay(ms)}
    </time>
  );
}

/** A value, or a dash that is read out as "not known". */
export function TextOrDash({ text }: { readonly text: string | null | undefined }) {
  return text ? <span>{text}</span> : <Dash />;
}

/** An e-mail address, which breaks before its domain where it does not fit, or a dash. */
export function EmailOrDash({ address }: { readonly address: string | null }) {
  if (!address) return <Dash />;
  const domainAt = address.lastIndexOf("@") + 1;
  return (
    <span>
      {address.slice(0, domainAt)}
      <wbr />
      {address.slice(domainAt)}
    </span>
  );
}

/** Who sees a team or a person: a chip for what is hidden, which deserves a look; the word for all others. */
export function VisibilityChip({ visibility }: { readonly visibility: string | null }) {
  if (visibility === null) return <Dash />;
  if (visibility.toLowerCase() !== "hidden") return <span>{visibility}</span>;
  return <Chip tone="warn" icon="eye" text="Hidden" />;
}

/** `Owner` for `owner`; people without a role are told so. */
export function roleTitle(role: string): string {
  return role === "" ? "No role" : capitalized(role);
}

/** What a value is called where rows are filtered by it. */
export function valueTitle({ kind }: Pick<TableColumn, "kind">, value: string): string {
  if (kind === "role") return roleTitle(value);
  return value === "" ? "None" : capitalized(value);
}

/** A value of a table, as its column's kind has it. */
export function cellContent(
  { kind, absent }: Pick<TableColumn, "kind" | "absent">,
  value: TableRow["cells"][number],
): ComponentChildren {
  if (value === null || value === "" || (typeof value === "object" && value.length === 0)) {
    return absent === null ? <Dash /> : <span class="muted">{absent}</span>;
  }
  if (kind === "number") return formatCount(Number(value));
  const words = typeof value === "object" ? value : [String(value)];
  const [word = ""] = words;
  if (kind === "moment" && !Number.isNaN(Date.parse(word))) return <Day ms={Date.parse(word)} absent="" />;
  if (kind === "status") return <StatusChip status={word} />;
  if (kind === "two-factor") return <TwoFactorChip twoFactor={word} />;
  if (kind === "visibility") return <VisibilityChip visibility={word} />;
  if (kind === "email") return <EmailOrDash address={word} />;
  if (kind === "role" || kind === "word") return words.map((one) => valueTitle({ kind }, one)).join(", ");
  return words.join(", ");
}

/** The same as plain text, for a place where only text can be: a moment as its day in UTC. */
export function cellWords(value: TableRow["cells"][number], kind?: ValueKind): string {
  if (kind === "moment" && typeof value === "string" && !Number.isNaN(Date.parse(value)))
    return formatUtcDay(Date.parse(value));
  return typeof value === "object" ? (value ?? []).join(", ") : String(value);
}

/** Stands for a value that the file does not have. */
export function Dash() {
  return (
    <span class="muted">
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">not known</span>
    </span>
  );
}

function isKeyOf<K extends string>(looks: Readonly<Record<K, Look>>, word: string): word is K {
  return Object.hasOwn(looks, word);
}
