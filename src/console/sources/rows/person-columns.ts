/** The columns of people: of everybody, of the members of a team, and beside the rows of a review that is about people. */
import { column, neverLoggedIn } from "../../../reports/columns.ts";
import { ageNames, ageOf, ageWords, daysSince } from "../../../reports/questions/ages.ts";
import { type ColumnOf, timeText } from "../../../reports/report.ts";
import type { PersonRow } from "../../contract/sources.ts";

/** The keys that a screen shows from the first; more do not fit. */
export const personScreen: readonly string[] = ["name", "email", "status", "roles", "twoFactor", "lastLogin"];

/** @param asOfSeconds moment that ages are counted to. */
export function personColumns(asOfSeconds: number): readonly ColumnOf<PersonRow>[] {
  return [
    column("name", "Name", "text", nameOf, { width: 20, link: { type: "type", id: "id" } }),
    column("login", "Login", "text", ({ login }) => login ?? undefined),
    column("email", "E-mail", "email", ({ email }) => email ?? undefined),
    column("status", "Status", "status", ({ status }) => status),
    column("roles", "Roles", "role", ({ roles }) => roles),
    column("teams", "Teams", "number", ({ teamCount }) => teamCount),
    column("twoFactor", "Two-factor", "two-factor", ({ twoFactor }) => twoFactor),
    column("visibility", "Visibility", "visibility", ({ visibility }) => visibility ?? undefined),
    column("lastLogin", "Last login", "moment", ({ lastLoginMs }) => momentText(lastLoginMs), {
      absent: neverLoggedIn,
    }),
    column("age", "No login for", "word", ({ lastLoginMs }) => ageText(lastLoginMs, asOfSeconds), {
      words: ageWords,
      width: 15.5,
    }),
    column("joined", "Joined", "moment", ({ joinedMs }) => momentText(joinedMs)),
    column("type", "Type", "text", ({ type }) => type, { isExportedOnly: true }),
    column("id", "Id", "text", ({ id }) => id, { isExportedOnly: true }),
  ];
}

/** A person in a team. */
export interface TeamMember {
  readonly person: PersonRow;
  /** The most privileged slug that is held there. */
  readonly role: string;
}

/** The keys that the screen of a team shows from the first. */
export const memberScreen: readonly string[] = ["name", "email", "status", "teamRole", "twoFactor", "lastLogin"];

/** The same for the members of one team, with their role in it. */
export function memberColumns(asOfSeconds: number): readonly ColumnOf<TeamMember>[] {
  const person = ofPerson<TeamMember>(personColumns(asOfSeconds), (member) => member.person);
  const teamRole = column<TeamMember>("teamRole", "Role in team", "role", ({ role }) => role);
  return [...person.slice(0, 6), teamRole, ...person.slice(6)];
}

/** Columns of people for rows that are about people. */
export function ofPerson<Item>(
  columns: readonly ColumnOf<PersonRow>[],
  personOf: (item: Item) => PersonRow | undefined,
): readonly ColumnOf<Item>[] {
  return columns.map(({ value, ...one }) => ({
    ...one,
    value: (item) => {
      const person = personOf(item);
      return person && value(person);
    },
  }));
}

/** A row without a name is known by what else there is. */
function nameOf({ name, login, email, id }: PersonRow): string {
  return name || login || email || id;
}

function ageText(lastLoginMs: number | null, asOfSeconds: number): string {
  return ageNames[ageOf(daysSince(lastLoginMs === null ? undefined : lastLoginMs / 1000, asOfSeconds))];
}

function momentText(ms: number | null): string | undefined {
  return timeText(ms === null ? undefined : ms / 1000);
}
