/** Which traits external principals may have, from text. */
import { Trait } from "../contracts/model.ts";
import { BatonError, Status } from "../errors.ts";

/** What is matched when nothing is said. */
const usual: readonly Trait[] = [Trait.user, Trait.group];
const byName: ReadonlyMap<string, Trait> = new Map(
  Object.entries(Trait).map(([name, trait]) => [name.replaceAll(/[A-Z]/g, "_$&").toUpperCase(), trait]),
);

/**
 * Reads names such as `user` or `TRAIT_USER`, in any case; users and groups when there are none.
 * @throws BatonError `BATON-EXTERNAL-TRAIT` for any other text.
 */
export function parseMatchTraits(names: readonly string[]): ReadonlySet<Trait> {
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
