/** Reads the principals of another connector's c1z into memory, and finds them there. The file is read once and closed. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { openC1z } from "../c1z/read/reader.ts";
import type { SyncView } from "../c1z/read/sync-view.ts";
import { type Grant, type Resource, type ResourceId, type ResourceType, Trait } from "../contracts/model.ts";
import { type BatonError, settingError, toBatonError } from "../errors.ts";
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from "../proto/gen/c1/connector/v2/annotation_baton_id_pb.ts";
import { UserTraitSchema } from "../proto/gen/c1/connector/v2/annotation_trait_pb.ts";
import type { ExternalPrincipal, ExternalPrincipals } from "../sync/ingest-filter.ts";

/** What is asked for; texts as in the flags. */
export interface ExternalPrincipalsOptions {
  /** A c1z; "" for none. */
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
    using reader = await openC1z(path, { tempDir });
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
    throw settingError({
      code: "BATON-EXTERNAL-ENTITLEMENT",
      message: `the external file ${path} has no entitlement '${entitlementId}'`,
      hint: "Name an entitlement of that file by its id.",
    });
  }
  const keyOf = ({ resourceType, resource }: ResourceId): string => JSON.stringify([resourceType, resource]);
  const holders = new Set<string>();
  for (const grant of view.grants({ entitlementId })) holders.add(keyOf(grant.principal));
  return (id) => holders.has(keyOf(id));
}

function unreadable(path: string, reason: string, cause?: unknown): BatonError {
  return settingError({
    code: "BATON-EXTERNAL-FILE",
    message: `the external file ${path} cannot be used: ${reason}`,
    hint: "Name a .c1z with a finished full sync in --external-resource-c1z.",
    cause,
  });
}

function fileMissing(): BatonError {
  return settingError({
    code: "BATON-EXTERNAL-MISSING",
    message: "external principals are to be chosen, but there is no external file",
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
  throw settingError({
    code: "BATON-EXTERNAL-TRAIT",
    message: `${JSON.stringify(name)} is no trait of external principals`,
    hint: `Traits are ${[...byName.keys()].map((known) => known.toLowerCase()).join(", ")}.`,
  });
}

/** The principals of one file. Keys of lists are lower case: profile values and e-mail addresses match in any case. */
class PrincipalIndex implements ExternalPrincipals {
  readonly #byId = new Map<string, ExternalPrincipal>();
  readonly #byTrait = new Map<Trait, ExternalPrincipal[]>();
  /** By trait and profile key, made when first asked for. */
  readonly #byProfile = new Map<string, ReadonlyMap<string, readonly ExternalPrincipal[]>>();

  /** Adds a resource; `traits` are those of its type that count. */
  add(type: ResourceType, traits: readonly Trait[], resource: Resource): void {
    const principal = { type, resource };
    this.#byId.set(resource.id.resource, principal);
    for (const trait of traits) {
      const list = this.#byTrait.get(trait) ?? [];
      this.#byTrait.set(trait, list);
      list.push(principal);
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** All of a trait when the grant is for all; else the one of an id, and those with a profile value. */
  principalsOf(grant: Grant): readonly ExternalPrincipal[] {
    const all = annotationOf(grant, ExternalResourceMatchAllSchema);
    if (all) return this.#byTrait.get(traitOf(all.resourceType)) ?? [];
    const found = new Set<ExternalPrincipal>();
    const byId = annotationOf(grant, ExternalResourceMatchIDSchema);
    const principal = byId && this.#byId.get(byId.id);
    if (principal) found.add(principal);
    const match = annotationOf(grant, ExternalResourceMatchSchema);
    const matching = match && this.#withProfile(traitOf(match.resourceType), match.key).get(match.value.toLowerCase());
    for (const one of matching ?? []) found.add(one);
    return [...found];
  }

  #withProfile(trait: Trait, key: string): ReadonlyMap<string, readonly ExternalPrincipal[]> {
    const name = `${trait}/${key}`;
    const index = this.#byProfile.get(name) ?? indexBy(this.#byTrait.get(trait) ?? [], trait, key);
    this.#byProfile.set(name, index);
    return index;
  }
}

function indexBy(principals: readonly ExternalPrincipal[], trait: Trait, key: string) {
  const index = new Map<string, ExternalPrincipal[]>();
  for (const principal of principals) {
    for (const value of valuesOf(principal.resource, trait, key)) {
      const list = index.get(value) ?? [];
      index.set(value, list);
      list.push(principal);
    }
  }
  return index;
}

/** A principal's values for a profile key, lower case; `email` of a user is also any of the trait's addresses. */
function valuesOf(resource: Resource, trait: Trait, key: string): ReadonlySet<string> {
  const values = new Set<string>();
  const user = trait === Trait.user ? annotationOf(resource, UserTraitSchema) : undefined;
  // Older files have the profile on the trait only.
  for (const value of [resource.profile?.[key], user?.profile?.[key]]) {
    if (typeof value === "string") values.add(value.toLowerCase());
  }
  if (key === "email") for (const { address } of user?.emails ?? []) values.add(address.toLowerCase());
  return values;
}

/** Trait numbers are the same on the wire; a number that is none finds nobody. */
function traitOf(number: number): Trait {
  return number as Trait;
}

function annotationOf<D extends DescMessage>(
  { annotations = [] }: Pick<Grant, "annotations">,
  schema: D,
): MessageShape<D> | undefined {
  const found = annotations.find(({ typeUrl }) => typeUrl === `type.googleapis.com/${schema.typeName}`);
  return found && fromBinary(schema, found.value);
}
