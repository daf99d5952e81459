/** Sign-ins by launch links, and their lines in the audit log: strangers can try as often as they like and fill nothing. */
import type { Clock } from "../../sdk/clock.ts";
import type { AuditLog } from "../store/audit-log.ts";
import type { LaunchLinks, Redemption } from "./launch-links.ts";

/** So many refusals an hour have a line each; the others of that hour share one, with how many they were. */
const linesAnHour = 10;
const hourMs = 3_600_000;
const signIn = { action: "sign-in", target: "" } as const;

/** What sign-ins are made with. */
export interface SignInParts {
  readonly links: LaunchLinks;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** The way in. */
export class SignIns {
  readonly #parts: SignInParts;
  #hourBeganMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #uncounted = 0;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Takes the token of a link. @throws BatonError `CONSOLE-AUDIT`, and nobody is signed in. */
  redeem(token: string): Redemption {
    const outcome = this.#parts.links.redeem(token);
    if (outcome === "accepted") {
      this.close();
      this.#parts.audit.record(signIn, outcome);
    } else this.#refused(outcome);
    return outcome;
  }

  /** Writes down how many refusals have no line yet. */
  close(): void {
    if (this.#uncounted === 0) return;
    this.#parts.audit.record({ ...signIn, details: { tries: this.#uncounted } }, "refused");
    this.#uncounted = 0;
  }

  #refused(outcome: Redemption): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#hourBeganMs >= hourMs) {
      this.close();
      this.#hourBeganMs = nowMs;
      this.#lines = 0;
    }
    if (this.#lines < linesAnHour) {
      this.#lines++;
      this.#parts.audit.record(signIn, outcome);
    } else this.#uncounted++;
  }
}
