/** Sessions of the page: kept in memory, so that all of them end with the console. Knows nothing of HTTP but the cookie. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Clock } from "../../sdk/clock.ts";
import type { Role } from "../contract/reviews.ts";
import { givesWay } from "./fair-share.ts";

const idleMs = 30 * 60_000;
const absoluteMs = 12 * 60 * 60_000;
const secretBytes = 32;
/** More browsers than some people have; of who has the most, the one that was used longest ago makes room. */
const maxSessions = 64;

/** Who a session is of. */
export interface SessionOwner {
  /** Of a person with a link of their own; null for who started the console. */
  readonly personId: string | null;
  readonly name: string;
  readonly role: Role;
}

/** A signed-in browser. */
export interface Session extends SessionOwner {
  readonly csrfToken: string;
  readonly createdAtMs: number;
}

interface KeptSession extends Session {
  readonly digest: Buffer;
  readonly createdMonotonicMs: number;
  usedMonotonicMs: number;
}

/** All sessions of one console. */
export class Sessions {
  /** Cookies do not tell ports apart: without a name of its own, two consoles would sign each other out. */
  readonly cookieName: string;
  readonly #clock: Clock;
  #kept: KeptSession[] = [];

  /** @param cookieName one that no other console on this machine has. */
  constructor(clock: Clock, cookieName: string) {
    this.#clock = clock;
    this.cookieName = cookieName;
  }

  /** Begins one. @returns the secret for the cookie. */
  create({ personId, name, role }: SessionOwner): string {
    const secret = randomBytes(secretBytes).toString("base64url");
    const nowMs = this.#clock.monotonicMs();
    const live = this.#live().toSorted((a, b) => a.usedMonotonicMs - b.usedMonotonicMs);
    const excess = live.length < maxSessions ? undefined : givesWay(live, ownerOf);
    this.#kept = live.filter((one) => one !== excess);
    this.#kept.push({
      personId,
      name,
      role,
      digest: digestOf(secret),
      csrfToken: randomBytes(secretBytes).toString("base64url"),
      createdAtMs: this.#clock.nowMs(),
      createdMonotonicMs: nowMs,
      usedMonotonicMs: nowMs,
    });
    return secret;
  }

  /** The session of a request; undefined without one. It counts as used unless `isPassive`. */
  find(cookieHeader: string | undefined, isPassive = false): Session | undefined {
    const secret = this.#secretIn(cookieHeader);
    if (secret === undefined) return undefined;
    const digest = digestOf(secret);
    const found = this.#live().find((session) => timingSafeEqual(session.digest, digest));
    if (found && !isPassive) found.usedMonotonicMs = this.#clock.monotonicMs();
    return found;
  }

  /** Whether it has neither ended nor run out. */
  isLive(session: Session): boolean {
    return this.#live().includes(session as KeptSession); // only ours are handed out
  }

  /** Ends it at once. */
  end(session: Session): void {
    this.#kept = this.#kept.filter((kept) => kept !== session);
  }

  /** Ends all sessions of a person whose link was taken back. */
  endAllOf(personId: string): void {
    this.#kept = this.#kept.filter((kept) => kept.personId !== personId);
  }

  /** When it ends if nothing more is asked, milliseconds since the epoch. */
  expiresAtMs(session: Session): number {
    const kept = this.#kept.find((one) => one === session);
    if (!kept) return this.#clock.nowMs();
    const endMs = Math.min(kept.usedMonotonicMs + idleMs, kept.createdMonotonicMs + absoluteMs);
    return Math.trunc(this.#clock.nowMs() + endMs - this.#clock.monotonicMs());
  }

  /** Whether the text is the session's token against forged requests. */
  isCsrfToken(session: Session, text: string | undefined): boolean {
    return text !== undefined && timingSafeEqual(digestOf(session.csrfToken), digestOf(text));
  }

  /** Set-Cookie for a new session. @param isSecure whether the page comes over TLS. */
  cookie(secret: string, isSecure: boolean): string {
    return `${this.cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  }

  /** Set-Cookie that takes the cookie away. */
  clearedCookie(): string {
    return `${this.cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  }

  #live(): KeptSession[] {
    const nowMs = this.#clock.monotonicMs();
    this.#kept = this.#kept.filter(
      ({ usedMonotonicMs, createdMonotonicMs }) =>
        nowMs < usedMonotonicMs + idleMs && nowMs < createdMonotonicMs + absoluteMs,
    );
    return this.#kept;
  }

  #secretIn(cookieHeader: string | undefined): string | undefined {
    const prefix = `${this.cookieName}=`;
    const pair = cookieHeader?.split("; ").find((one) => one.startsWith(prefix));
    return pair?.slice(prefix.length);
  }
}

/** Whose session a request comes with, which does not count as used by that; undefined without one. */
export function askedBy(sessions: Sessions): (request: Pick<IncomingMessage, "headers">) => string | undefined {
  return ({ headers }) => {
    const session = sessions.find(headers.cookie, true);
    return session && ownerOf(session);
  };
}

/** Tells people apart, and who started the console from all of them. */
export function ownerOf({ personId }: SessionOwner): string {
  return personId ?? "";
}

/** Digests have one length and say nothing of the secret by how long they take to compare. */
function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
