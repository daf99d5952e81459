/** Whole syncs of an organization whose server errs in one thing: how a table of such errors is run. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { scratchDirectory } from "../../e2e/program.ts";
import { readStoredRows } from "../../e2e/stored-rows.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { idsIn, newFile, type SyncOptions, syncSandbox } from "../sandbox-sync.ts";
import {
  type Asked,
  acme,
  type OddAnswer,
  type OddOrganization,
  person,
  type Row,
  startOddServer,
  usual,
} from "./odd-organization.ts";

const scratch = scratchDirectory();
after(() => scratch[Symbol.dispose]());

type Result = "Complete" | "Complete with warnings" | "Partial roster" | "Incomplete" | "Failed";

/** How one sync ended. */
interface Synced {
  readonly result: string;
  readonly codes: readonly string[];
  readonly error: string | undefined;
  /** What the error says; "" without one. */
  readonly message: string;
  /** What it advises to do; "" without one. */
  readonly hint: string;
  /** What the warnings of a code say. */
  warned(code: string): string;
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly grants: readonly string[];
  /** A resource as JSON, by type and id. */
  resource(id: string): string;
  /** A user by login: id, name, e-mail addresses, account type. */
  user(id: string): string;
  readonly asked: readonly string[];
}

/** Syncs it, with a clock that does not make anybody wait. */
export async function sync(odd: OddOrganization, options: SyncOptions = {}): Promise<Synced> {
  await using server = await startOddServer(odd);
  const path = newFile(scratch.path);
  const run = await syncSandbox(server, path, { clock: new VirtualClock(), ...options });
  const isSaved = run.end.replaced;
  const ids = isSaved ? idsIn(path, run, "v1_resources") : [];
  const resources = isSaved ? readStoredRows(path).resources : {};
  return {
    result: run.end.result,
    codes: run.codes,
    error: run.error?.code,
    message: run.error?.message ?? "",
    hint: run.error?.hint ?? "",
    warned: (code) => run.end.warnings.flatMap((one) => (one.code === code ? one.message : [])).join("\n"),
    users: ids.filter((id) => id.startsWith("user:")),
    teams: ids.filter((id) => id.startsWith("team:")),
    grants: isSaved ? idsIn(path, run, "v1_grants") : [],
    resource: (id) => JSON.stringify(resources[id] ?? null),
    user: (id) => JSON.stringify(resources[`user:${id}`] ?? null),
    asked: server.asked,
  };
}

/** A case: what is changed of acme, how the run ends, and what else holds. */
export interface Case {
  readonly name: string;
  readonly change: (odd: Changeable) => void;
  readonly options?: SyncOptions;
  readonly ends: Result;
  /** Among the codes of warnings or the code of the error. */
  readonly says?: string;
  readonly holds?: (synced: Synced) => void;
}

/** An organization that a case changes. */
export type Changeable = { -readonly [Name in keyof OddOrganization]: OddOrganization[Name] };

/** A test for each row of the table. */
export function cases(kind: string, table: readonly Case[]): void {
  for (const { name, change, options, ends, says, holds } of table) {
    test(`${kind}: ${name}: ${ends}`, async () => {
      const odd: Changeable = acme();
      change(odd);
      const synced = await sync(odd, options);
      const told = [...synced.codes, synced.error].join(" ");
      assert.equal(synced.result, ends, `${told} ${synced.users.length} users`);
      if (says !== undefined) assert.ok(told.includes(says), told);
      // What is complete says nothing, so that no warning is a false alarm.
      if (ends === "Complete") assert.deepEqual(synced.codes, []);
      holds?.(synced);
    });
  }
}

/** The row of a member. */
export function find(odd: OddOrganization, login: string): Row {
  return odd.members.find(({ user }) => user === login) ?? assert.fail(login);
}

/** Changes a member's row. */
export function set(login: string, fields: Row): (odd: Changeable) => void {
  return (odd) => void Object.assign(find(odd, login), fields);
}

/** Answers at one address otherwise; "before" counts the times it was asked. */
export function answering(
  path: string,
  answer: OddAnswer | ((before: number) => OddAnswer | undefined),
): (odd: Changeable) => void {
  return (odd) => {
    odd.answer = (asked) => {
      if (asked.path !== path) return undefined;
      return typeof answer === "function" ? answer(asked.before) : answer;
    };
  };
}

/** Ids in the file of acme as it is: people, grants on the team core. */
export const everybody = ["user:Umia", "user:Unoah", "user:Uolga", "user:Upia"];
export const core = (synced: Synced): readonly string[] => synced.grants.filter((id) => id.startsWith("team:Tcore:"));
export const inCore = ["team:Tcore:manager:user:Umia", "team:Tcore:member:user:Umia", "team:Tcore:member:user:Unoah"];

/** Memberships without teams, so that the teams have to be asked. */
export function older(odd: Changeable): void {
  for (const row of odd.members) delete row["teams"];
}

/** So many more people. */
export const many = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => person(`p${String(index).padStart(2, "0")}`));

/** The list of active or inactive members, without headers of paging. */
export function unannounced(odd: Changeable, { path, query }: Asked): OddAnswer | undefined {
  if (path !== "/members/" && path !== "/teams/") return undefined;
  return { ...usual(odd, path, query), count: "none" };
}
