/** Finds principals of another connector's data by trait, id or profile value. Knows nothing of files. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { type Grant, type Resource, type ResourceType, Trait } from "../contracts/model.ts";
import {
  ExternalResourceMatchAllSchema,
  ExternalResourceMatchIDSchema,
  ExternalResourceMatchSchema,
} from "../proto/gen/c1/connector/v2/annotation_baton_id_pb.ts";
import { UserTraitSchema } from "../proto/gen/c1/connector/v2/annotation_trait_pb.ts";
import type { ExternalPrincipal, ExternalPrincipals } from "../sync/external-grants.ts";

/** The principals of one file. Keys of lists are lower case: profile values and e-mail addresses match in any case. */
export class PrincipalIndex implements ExternalPrincipals {
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
