/**
 * Colours of roles, which people with any colour vision tell apart (after Okabe and Ito), in the page and in saved
 * pictures, which have no styles of the page. A role's name or number always stands beside its colour.
 */

/** Roles that have a colour of their own. */
export type RoleColour = "owner" | "manager" | "member" | "collaborator" | "other";

const known: ReadonlySet<string> = new Set<RoleColour>(["owner", "manager", "member", "collaborator"]);

/** The colour of a role by its slug; all roles that the product does not have look the same. */
export function roleColour(role: string): RoleColour {
  const slug = role.toLowerCase();
  return isKnown(slug) ? slug : "other";
}

function isKnown(slug: string): slug is RoleColour {
  return known.has(slug);
}

/** Colours of a saved picture. */
export interface PictureColours {
  readonly background: string;
  readonly text: string;
  readonly softText: string;
  readonly room: string;
  readonly disabled: string;
  readonly bad: string;
  readonly roles: Readonly<Record<RoleColour, string>>;
}

/** On white and on dark; each role at least 3:1 against the background. */
export const pictureColours: Readonly<Record<"light" | "dark", PictureColours>> = {
  light: {
    background: "#ffffff",
    text: "#1b2733",
    softText: "#51606f",
    room: "#eef1f4",
    disabled: "#5d6b78",
    bad: "#a61b2b",
    roles: { owner: "#b84a00", manager: "#0068a8", member: "#007f5f", collaborator: "#a8508a", other: "#5d6b78" },
  },
  dark: {
    background: "#10171e",
    text: "#e6edf3",
    softText: "#a4b3c0",
    room: "#222c36",
    disabled: "#9aa9b6",
    bad: "#ff9aa2",
    roles: { owner: "#f08a3c", manager: "#5ab4ee", member: "#2fc59a", collaborator: "#dd94c2", other: "#9aa9b6" },
  },
};
