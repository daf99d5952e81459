/**
 * Who is in a group, by its own list, where people and service accounts may stand in it and not every row says which it
 * is. Knows no product.
 */

/** A row of the list of a group. */
export interface GroupRow {
  /** The login. */
  readonly name: string;
  /** Undefined where the row does not say it, or in a word that is not known. */
  readonly kind: "person" | "service" | undefined;
  readonly isManager: boolean;
}

/** Who knows more. */
export interface GroupAsking {
  /** Whether there is a service account of that login. */
  isService(name: string): Promise<boolean>;
  /** Logins in the list of the group's service accounts; a server may show the people there as well. */
  services(): Promise<readonly string[]>;
}

/** Somebody in a group; doubtful: it may be the service account of that login. */
export type GroupPerson<Row extends GroupRow> = Row & { readonly isDoubtful: boolean };

/** The rows that may be people, each once, as a manager if any of its rows says so. */
export async function peopleOf<Row extends GroupRow>(
  rows: readonly Row[],
  { isService, services }: GroupAsking,
): Promise<readonly GroupPerson<Row>[]> {
  const byName = new Map<string, Row>();
  const certain = new Set<string>();
  for (const row of rows) {
    if (row.kind === "service") continue;
    if (row.kind === "person") certain.add(row.name);
    if (!byName.has(row.name) || row.isManager) byName.set(row.name, row);
  }
  const sharing = new Set<string>();
  for (const name of byName.keys()) if (!certain.has(name) && (await isService(name))) sharing.add(name);
  const shown = new Set(sharing.size > 0 ? await services() : []);
  return [...byName.values()].map((row) => ({ ...row, isDoubtful: sharing.has(row.name) && shown.has(row.name) }));
}
