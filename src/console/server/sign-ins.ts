/** Sign-ins by launch links, and their lines in the audit log: strangers can try as often as they like and fill nothing. */
import type { Clock } from "../../sdk/clock.ts";
import type { Person } from "../contract/reviews.ts";
import { type AuditLog, actingAs } from "../store/audit-log.ts";
import type { LaunchLinks, Redemption } from "./launch-links.ts";
import type { SessionOwner } from "./sessions.ts";

/** So many refusals an hour have a line each; the others of that hour share one, with how many they were. */
const linesAnHour = 10;
const hourMs = 3_600_000;
const signIn = { action: "sign-in", target: "" } as const;

/** What sign-ins are made with. */
export interface SignInParts {
  readonly links: LaunchLinks;
  /** Whose token it is, of those with a link of their own. */
  readonly personOf: (token: string) => Person | undefined;
  /** Name of who started the console. */
  readonly ownName: string;
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

  /** Takes the token of a link. @returns who signed in, or why nobody did. @throws BatonError `CONSOLE-AUDIT` */
  redeem(token: string): SessionOwner | Exclude<Redemption, "accepted"> {
    const { links, personOf, ownName, audit } = this.#parts;
    const person = personOf(token);
    const outcome = person ? "accepted" : links.redeem(token);
    if (outcome !== "accepted") {
      this.#refused(outcome);
      return outcome;
    }
    this.close();
    const owner: SessionOwner = person
      ? { personId: person.id, name: person.name, role: person.role }
      : { personId: null, name: ownName, role: "admin" };
    actingAs(owner.name, () => audit.record({ ...signIn, details: { role: owner.role } }, outcome));
    return owner;
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
