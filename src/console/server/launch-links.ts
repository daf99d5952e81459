/**
 * Launch links: how the person who started the console becomes the one who may use the page. A token is a random number
 * and a time with a signature, so that a second command can make one for a running console without talking to it: all
 * it needs is the file with the key in the data directory, which only its owner can read.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../sdk/clock.ts";

/** A link is good for so long, in milliseconds. */
export const linkLifeMs = 300_000;
const secretBytes = 32;
const nonceBytes = 16;
const timeBytes = 8;
/** So many wrong tokens cost nothing; from then on, one try a second. */
const freeMistakes = 10;
const mistakePauseMs = 1000;

/** What came of a token. */
export type Redemption = "accepted" | "refused" | "too-many-tries";

/** A running console as its file describes it. */
export interface RunningConsole {
  /** Such as `http://127.0.0.1:7070`. */
  readonly origin: string;
  readonly secret: Buffer;
  /** Address that it listens on, to see whether it still does. */
  readonly host: string;
}

/** Accepts each token once. */
export class LaunchLinks {
  readonly secret: Buffer = randomBytes(secretBytes);
  readonly #clock: Clock;
  /** Accepted tokens, with the time when they end anyway. */
  readonly #used = new Map<string, number>();
  #mistakes = 0;
  #lastMistakeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a token; a good one once, however many wrong ones came before it. */
  redeem(token: string): Redemption {
    const nowMs = this.#clock.nowMs();
    for (const [used, endMs] of this.#used) if (endMs <= nowMs) this.#used.delete(used);
    const endMs = this.#endOf(token);
    const isGood = endMs !== undefined && endMs > nowMs && endMs <= nowMs + linkLifeMs && !this.#used.has(token);
    // Looked at before the tries are counted: endless wrong ones must not keep the owner out.
    if (!isGood) return this.#mistake();
    this.#used.set(token, endMs);
    this.#mistakes = 0;
    return "accepted";
  }

  #mistake(): Redemption {
    const nowMs = this.#clock.monotonicMs();
    if (this.#mistakes >= freeMistakes && nowMs - this.#lastMistakeMs < mistakePauseMs) return "too-many-tries";
    this.#mistakes++;
    this.#lastMistakeMs = nowMs;
    return "refused";
  }

  /** When the token ends; undefined for one that was not signed with our secret. */
  #endOf(token: string): number | undefined {
    const bytes = Buffer.from(token, "base64url");
    if (bytes.length !== nonceBytes + timeBytes + secretBytes || bytes.toString("base64url") !== token)
      return undefined;
    const body = bytes.subarray(0, nonceBytes + timeBytes);
    if (!timingSafeEqual(sign(body, this.secret), bytes.subarray(body.length))) return undefined;
    return Number(body.readBigUInt64BE(nonceBytes));
  }
}

/** A new link into a console. */
export function launchLink({ origin, secret }: Pick<RunningConsole, "origin" | "secret">, clock: Clock): string {
  const body = Buffer.alloc(nonceBytes + timeBytes);
  randomBytes(nonceBytes).copy(body);
  body.writeBigUInt64BE(BigInt(Math.trunc(clock.nowMs() + linkLifeMs)), nonceBytes);
  const token = Buffer.concat([body, sign(body, secret)]).toString("base64url");
  return `${origin}/launch?token=${token}`;
}

function sign(body: Uint8Array, secret: Uint8Array): Buffer {
  return createHmac("sha256", secret).update(body).digest();
}

/** Leaves word of a running console in its data directory, for nobody but the owner. */
export function writeRunningConsole(dataDir: string, { origin, secret, host }: RunningConsole): void {
  const text = `${JSON.stringify({ origin, host, secret: secret.toString("base64url") })}\n`;
  const path = runningConsolePath(dataDir);
  // A file that is there keeps its mode: a new one gets ours.
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
}

/** Takes it back. */
export function removeRunningConsole(dataDir: string): void {
  rmSync(runningConsolePath(dataDir), { force: true });
}

/** What the file says; undefined when there is none, or none that can be read. */
export function readRunningConsole(dataDir: string): RunningConsole | undefined {
  try {
    // Written by `writeRunningConsole`, and by nobody else; a cut one does not parse.
    const { origin, host, secret } = JSON.parse(readFileSync(runningConsolePath(dataDir), "utf8")) as Readonly<
      Record<"origin" | "host" | "secret", string>
    >;
    return { origin, host, secret: Buffer.from(secret, "base64url") };
  } catch {
    return undefined;
  }
}

function runningConsolePath(dataDir: string): string {
  return join(dataDir, "running-console.json");
}
