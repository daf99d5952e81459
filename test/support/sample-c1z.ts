/** A small organization to write into c1z files, and the writer to do it with: what the tests of the file share. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { SyncType } from "../../src/sdk/c1z/write/sync-store.ts";
import { type C1zWriter, type C1zWriterOptions, openC1zWriter } from "../../src/sdk/c1z/write/writer.ts";
import {
  type Entitlement,
  type Grant,
  Purpose,
  type Resource,
  type ResourceType,
  Trait,
} from "../../src/sdk/contracts/model.ts";
import { silentLogger } from "../../src/sdk/log.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Where the golden files lie. */
export const goldenDirectory: string = join(import.meta.dirname, "../golden");

/** A directory that is gone when the test has ended. */
export function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "c1z-test-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const userType: ResourceType = resourceType("user", Trait.user);
export const teamType: ResourceType = resourceType("team", Trait.group);

function resourceType(id: string, trait: Trait): ResourceType {
  return { id, displayName: id.toUpperCase(), traits: [trait], annotations: [], description: "" };
}

export const core: Resource = {
  id: { resourceType: "team", resource: "core" },
  displayName: "Core",
  annotations: [],
  profile: { slug: "core", size: 3 },
};

export function user(name: string): Resource {
  return {
    id: { resourceType: "user", resource: name },
    parentResourceId: core.id,
    displayName: `User ${name}`,
    annotations: [],
    createdAt: { seconds: 1_700_000_000, nanos: 5 },
  };
}

export const member: Entitlement = {
  id: "team:core:member",
  resource: core,
  displayName: "member",
  description: "",
  grantableTo: [userType],
  annotations: [],
  purpose: Purpose.assignment,
  slug: "member",
};

export function memberGrant(name: string): Grant {
  return {
    id: `team:core:member:user:${name}`,
    entitlement: { id: member.id, resource: core.id },
    principal: { resourceType: "user", resource: name },
  };
}

/** A writer that keeps everything under `directory`; of version 1 files, which tests look into by SQL, unless another is asked for. */
export async function openWriter(
  path: string,
  directory: string,
  options: Partial<C1zWriterOptions> = {},
): Promise<C1zWriter> {
  return await openC1zWriter({
    path,
    tempDir: directory,
    keepSyncCount: 2,
    skipCleanup: false,
    engine: "sqlite",
    clock: new VirtualClock(),
    logger: silentLogger,
    ...options,
  });
}

/** Writes one finished sync with these users, each a member of the one team, and returns the sync's id. */
export async function writeSync(
  path: string,
  directory: string,
  options: Partial<C1zWriterOptions> & { readonly users?: readonly string[]; readonly type?: SyncType } = {},
): Promise<string> {
  const { users = ["ada", "bob"], type = "full", ...writerOptions } = options;
  using writer = await openWriter(path, directory, writerOptions);
  const { id } = writer.startSync(type);
  writer.rows.putResourceTypes([teamType, userType]);
  writer.rows.putResources([core, ...users.map(user)]);
  writer.rows.putEntitlements([member]);
  writer.grants.put(users.map(memberGrant));
  writer.markSupportsDiff();
  writer.endSync();
  await writer.save();
  return id;
}
