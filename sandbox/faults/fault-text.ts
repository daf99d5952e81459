/** Reads a fault from one command-line word, such as `status=503,path=members,page=2,times=3`. */
import { BatonError, Status } from "../../src/sdk/errors.ts";
import type { Fault, FaultKind, FaultMatch } from "./faults.ts";

/** Reads the value behind a fault's name; "" when none was given. */
type KindReader = (value: string) => FaultKind;

/** The faults that can be ordered as text: how they are written, and what they become. */
const kinds: Readonly<Record<string, { readonly usage: string; readonly read: KindReader }>> = {
  status: { usage: "status=503", read: (value) => ({ kind: "status", status: statusOf(value) }) },
  throttle: {
    usage: "throttle[=Retry-After]",
    read: (value) => (value === "" ? { kind: "throttle" } : { kind: "throttle", retryAfter: value }),
  },
  cut: {
    usage: "cut[=bytes]",
    read: (value) => (value === "" ? { kind: "cut" } : { kind: "cut", afterBytes: count(value) }),
  },
  reset: { usage: "reset", read: bare("reset") },
  slow: {
    usage: "slow=bytes-per-second",
    read: (value) => ({ kind: "slow", chunkBytes: count(value, 1), everyMs: 1000 }),
  },
  stall: { usage: "stall=headers|body", read: (value) => ({ kind: "stall", at: stallPoint(value) }) },
  html: { usage: "html", read: bare("html") },
  empty: { usage: "empty", read: bare("empty") },
  garbage: { usage: "garbage=text", read: (value) => ({ kind: "garbage", body: value }) },
  "wrong-content-type": { usage: "wrong-content-type", read: bare("wrong-content-type") },
  "wrong-length": { usage: "wrong-length=bytes", read: (value) => ({ kind: "wrong-length", delta: integer(value) }) },
  huge: { usage: "huge=bytes", read: (value) => ({ kind: "huge", bytes: count(value) }) },
  "gzip-bomb": { usage: "gzip-bomb=bytes", read: (value) => ({ kind: "gzip-bomb", bytes: count(value) }) },
  "big-header": { usage: "big-header=bytes", read: (value) => ({ kind: "big-header", bytes: count(value) }) },
  redirect: { usage: "redirect=address", read: (value) => ({ kind: "redirect", location: value }) },
  "repeat-page": { usage: "repeat-page", read: bare("repeat-page") },
  "skip-page": { usage: "skip-page", read: bare("skip-page") },
  "empty-page": { usage: "empty-page", read: bare("empty-page") },
};

/** How faults are written, for help texts: one word per kind. */
export const faultUsages: readonly string[] = Object.values(kinds).map(({ usage }) => usage);

/**
 * Reads `kind[=value]` followed by any of `path=`, `query=`, `page=`, `nth=`, `share=` and `times=` (a number or
 * `always`), separated by commas.
 *
 * @throws BatonError `SANDBOX-FAULT` for whatever it does not know
 */
export function parseFault(text: string): Fault {
  const [[name, value] = ["", ""], ...settings] = text.split(",").map(splitSetting);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (!kind) throw unreadable(`There is no fault named ${JSON.stringify(name)}.`);
  const match: { -readonly [Key in keyof FaultMatch]: FaultMatch[Key] } = {};
  let times = 1;
  for (const [key, setting] of settings) {
    if (key === "path" || key === "query") match[key] = setting;
    else if (key === "page" || key === "nth") match[key] = count(setting, 1);
    else if (key === "share") match.share = share(setting);
    else if (key === "times") times = setting === "always" ? Number.POSITIVE_INFINITY : count(setting, 1);
    else throw unreadable(`A fault has no setting ${JSON.stringify(key)}.`);
  }
  return { ...kind.read(value), match, times };
}

function splitSetting(text: string): readonly [key: string, value: string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

function bare(
  kind: "reset" | "html" | "empty" | "wrong-content-type" | "repeat-page" | "skip-page" | "empty-page",
): KindReader {
  return (value) => {
    if (value !== "") throw unreadable(`The fault ${kind} takes no value.`);
    return { kind };
  };
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw unreadable(`${JSON.stringify(text)} is not a whole number.`);
  return Number(text);
}

function count(text: string, least = 0): number {
  const value = integer(text);
  if (value < least) throw unreadable(`${value} is too small; the least is ${least}.`);
  return value;
}

function statusOf(text: string): number {
  const status = integer(text);
  if (status < 200 || status > 599) throw unreadable(`${status} is not a status from 200 to 599.`);
  return status;
}

function share(text: string): number {
  const value = Number(text);
  if (text === "" || !(value >= 0 && value <= 1))
    throw unreadable(`${JSON.stringify(text)} is not a number from 0 to 1.`);
  return value;
}

function stallPoint(text: string): "headers" | "body" {
  if (text !== "headers" && text !== "body") throw unreadable("A stall is at headers or at body.");
  return text;
}

function unreadable(message: string): BatonError {
  return new BatonError({
    code: "SANDBOX-FAULT",
    status: Status.invalidArgument,
    exitCode: 2,
    message,
    effect: "The sandbox did not start.",
    hint: `Write --fault KIND[,path=TEXT][,query=TEXT][,page=N][,nth=N][,share=0.5][,times=N|always] with one of ${faultUsages.join(" ")}.`,
  });
}
