/** Reads the principals of another connector's c1z into memory. The file is read once and closed. */
import { openC1z } from "../c1z/read/reader.ts";
import type { SyncView } from "../c1z/read/sync-view.ts";
import { type ResourceId, Trait } from "../contracts/model.ts";
import { BatonError, Status, toBatonError } from "../errors.ts";
import { PrincipalIndex } from "./principal-index.ts";

/** What is asked for; texts as in the flags. */
export interface ExternalPrincipalsOptions {
  /** A version 1 c1z; "" for none. */
  readonly path: string;
  /** Only those who hold this entitlement, by its id; "" for everybody. */
  readonly entitlementId: string;
  /** Names of traits; empty for users and groups. */
  readonly traits: readonly string[];
  /** Scratch directory; default as for every c1z. */
  readonly tempDir?: string | undefined;
}

/**
 * Reads the latest finished full sync of the file; undefined when no file is named.
 * @throws BatonError `BATON-EXTERNAL-FILE` when it cannot be read, `BATON-EXTERNAL-ENTITLEMENT`, `BATON-EXTERNAL-TRAIT`,
 * and `BATON-EXTERNAL-MISSING` for a choice without a file.
 */
export async function openExternalPrincipals(options: ExternalPrincipalsOptions): Promise<PrincipalIndex | undefined> {
  const { path, entitlementId, tempDir } = options;
  const traits = parseMatchTraits(options.traits);
  if (path === "") {
    if (entitlementId !== "" || options.traits.length > 0) throw fileMissing();
    return undefined;
  }
  try {
    using reader = await openC1z(path, tempDir === undefined ? {} : { tempDir });
    const sync = reader.latestFinished("full");
    if (!sync) throw unreadable(path, "it holds no finished full sync");
    const view = reader.view(sync.id);
    const isChosen = entitlementId === "" ? () => true : holdersOf(view, entitlementId, path);
    const index = new PrincipalIndex();
    for (const type of view.resourceTypes()) {
      const matched = type.traits.filter((trait) => traits.has(trait));
      if (matched.length === 0) continue;
      for (const resource of view.resources({ resourceTypeId: type.id })) {
        if (isChosen(resource.id)) index.add(type, matched, resource);
      }
    }
    return index;
  } catch (caught) {
    const error = toBatonError(caught);
    throw error.code.startsWith("BATON-EXTERNAL") ? error : unreadable(path, error.message, error);
  }
}

function holdersOf(view: SyncView, entitlementId: string, path: string): (id: ResourceId) => boolean {
  if (!view.getEntitlement(entitlementId)) {
    throw new BatonError({
      code: "BATON-EXTERNAL-ENTITLEMENT",
      status: Status.unknown,
      message: `the external file ${path} has no entitlement '${entitlementId}'`,
      effect: "Nothing was started.",
      hint: "Name an entitlement of that file by its id.",
    });
  }
  const keyOf = ({ resourceType, resource }: ResourceId): string => JSON.stringify([resourceType, resource]);
  const holders = new Set<string>();
  for (const grant of view.grants({ entitlementId })) holders.add(keyOf(grant.principal));
  return (id) => holders.has(keyOf(id));
}

function unreadable(path: string, reason: string, cause?: unknown): BatonError {
  return new BatonError({
    code: "BATON-EXTERNAL-FILE",
    status: Status.unknown,
    message: `the external file ${path} cannot be used: ${reason}`,
    effect: "Nothing was started.",
    hint: "Name a version 1 .c1z with a finished full sync in --external-resource-c1z.",
    cause,
  });
}

function fileMissing(): BatonError {
  return new BatonError({
    code: "BATON-EXTERNAL-MISSING",
    status: Status.unknown,
    message: "external principals are to be chosen, but there is no external file",
    effect: "Nothing was started.",
    hint: "Name the file in --external-resource-c1z, or remove the other --external-resource flags.",
  });
}

/** What is matched when nothing is said. */
const usual: readonly Trait[] = [Trait.user, Trait.group];
const byName: ReadonlyMap<string, Trait> = new Map(
  Object.entries(Trait).map(([name, trait]) => [name.replaceAll(/[A-Z]/g, "_$&").toUpperCase(), trait]),
);

/**
 * Reads names such as `user` or `TRAIT_USER`, in any case; users and groups when there are none.
 * @throws BatonError `BATON-EXTERNAL-TRAIT` for any other text.
 */
function parseMatchTraits(names: readonly string[]): ReadonlySet<Trait> {
  if (names.length === 0) return new Set(usual);
  return new Set(names.map(parseTrait));
}

function parseTrait(name: string): Trait {
  const trait = byName.get(
    name
      .trim()
      .toUpperCase()
      .replace(/^TRAIT_/, ""),
  );
  if (trait !== undefined) return trait;
  throw new BatonError({
    code: "BATON-EXTERNAL-TRAIT",
    status: Status.unknown,
    message: `${JSON.stringify(name)} is no trait of external principals`,
    effect: "Nothing was started.",
    hint: `Traits are ${[...byName.keys()].map((known) => known.toLowerCase()).join(", ")}.`,
  });
}
