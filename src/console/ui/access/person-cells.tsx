/** What is said of a person, in the words and chips that all tables and pages share. */
import type { PersonRow } from "../../contract/sources.ts";
import { Chip, type Tone } from "../design/chip.tsx";
import { formatDateTimeWithZone, formatDay } from "../design/format.ts";
import type { IconName } from "../design/icon.tsx";

interface Look {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
}

const statusLooks: Readonly<Record<PersonRow["status"], Look>> = {
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
  if (!look) return <>{word}</>;
  return (
    <Chip tone={look.tone} icon={look.icon}>
      {look.text}
    </Chip>
  );
}

/** A day, with the exact moment on hover; `absent` for none. Milliseconds since the epoch. */
export function Day({ ms, absent }: { readonly ms: number | null; readonly absent: string }) {
  if (ms === null) return <span class="muted">{absent}</span>;
  const moment = new Date(ms);
  // Moments that no calendar has come from damaged files.
  if (Number.isNaN(moment.getTime())) return <span class="muted">{String(ms)}</span>;
  return (
    <time class="nowrap" dateTime={moment.toISOString()} title={formatDateTimeWithZone(ms)}>
      {formatDay(ms)}
    </time>
  );
}

/** What stands for a login that nobody told of. */
export const neverLoggedIn = "Never or hidden";

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
