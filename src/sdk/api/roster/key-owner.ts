/**
 * The owner of the key, held against the list: who is known to be a member is in it, in the state that is known, and who
 * saw everybody when the run began sees everybody yet. Knows no product.
 */
import type { KeyOwner } from "../../contracts/completeness.ts";
import type { ListMemory } from "../list-memory.ts";
import type { MemberNote } from "./member-notes.ts";
import type { RosterFinding } from "./roster-facts.ts";

/** The standing of the key's owner. */
export interface OwnerStanding<Row> extends Pick<KeyOwner, "kind" | "seesAll"> {
  /** As the API spells it; undefined when it cannot be determined. */
  readonly role: string | undefined;
  /** The membership of a person, as it was found; undefined for a service account. */
  readonly member?: Row;
}

/** What the owner is held against. */
export interface HeldAgainst<Row> {
  /** The login. */
  readonly owner: string;
  readonly before: OwnerStanding<Row>;
  readonly memory: ListMemory<MemberNote>;
  /** The note of a row that no pass vouches for. */
  readonly noteOf: (row: Row) => MemberNote;
  /** Whether the list has gaps that a key leaves which sees less than all. */
  readonly hasGaps: boolean;
  /** Asks for the standing again, where the list gives a reason to doubt it. */
  readonly askAgain: () => Promise<OwnerStanding<Row>>;
}

/** What does not fit, and the row of the owner where it is another than the list shows. */
export interface OwnerVerdict<Row> {
  readonly findings: readonly RosterFinding[];
  readonly row?: Row;
}

/** Holds the owner of the key against the list. */
export async function heldAgainstList<Row>(held: HeldAgainst<Row>): Promise<OwnerVerdict<Row>> {
  const { owner, before, hasGaps, askAgain } = held;
  const isDoubtful = findingOf(before, held) !== undefined || (before.seesAll && hasGaps);
  const now = isDoubtful ? await askAgain() : before;
  const findings: RosterFinding[] = [];
  if (before.seesAll && !now.seesAll) {
    const state = now.kind === "unknown" ? "no member that is shown" : (now.role ?? "without a role");
    findings.push({ kind: "KEY-OWNER-NARROWED", about: { owner, before: before.role ?? "", state } });
  }
  const finding = findingOf(now, held);
  if (finding) findings.push(finding);
  const row = finding?.kind === "KEY-OWNER-DIFFERS" ? now.member : undefined;
  return { findings, ...(row !== undefined && { row }) };
}

/** What the list says otherwise of a member than the member's own row. */
function findingOf<Row>(
  { member, role, seesAll }: OwnerStanding<Row>,
  { owner, memory, noteOf }: HeldAgainst<Row>,
): RosterFinding | undefined {
  const note = member && noteOf(member);
  if (!note || note.id === "") return undefined;
  const listed = memory.has(note.id) ? memory.noteOf(note.id) : undefined;
  if (!listed) return { kind: "KEY-OWNER-UNLISTED", about: { owner }, severity: seesAll ? "incomplete" : "partial" };
  if (listed.role === note.role && listed.active === (note.says ?? listed.active)) return undefined;
  const state = `${role ?? "of unknown role"}${note.says === false ? ", inactive" : ""}`;
  return { kind: "KEY-OWNER-DIFFERS", about: { owner, state } };
}
