/**
 * How a role is drawn: colours that people with any colour vision tell apart (after Okabe and Ito), and a shape, so that
 * colour is never alone.
 */

/** Shapes of marks. */
export type MarkShape = "ringed" | "square" | "circle" | "triangle" | "hollow";

/** What stands for a role. */
export interface RoleMark {
  readonly shape: MarkShape;
  /** Name of the role's colour in the styles: `--role-NAME`. */
  readonly colour: "owner" | "manager" | "member" | "collaborator" | "other";
}

const marks: ReadonlyMap<string, RoleMark> = new Map<string, RoleMark>([
  ["owner", { shape: "ringed", colour: "owner" }],
  ["manager", { shape: "square", colour: "manager" }],
  ["member", { shape: "circle", colour: "member" }],
  ["collaborator", { shape: "triangle", colour: "collaborator" }],
]);

const otherMark: RoleMark = { shape: "hollow", colour: "other" };

/** The mark of a role by its slug; all roles that the product does not have look the same. */
export function roleMark(role: string): RoleMark {
  return marks.get(role.toLowerCase()) ?? otherMark;
}

/** `Owner` for `owner`; people without a role are told so. */
export function roleTitle(role: string): string {
  if (role === "" || role === "none") return "No role";
  return role.slice(0, 1).toUpperCase() + role.slice(1);
}

/** Colours of a saved picture, which has no styles of the page. */
export interface PictureColours {
  readonly background: string;
  readonly text: string;
  readonly softText: string;
  readonly clusterFill: string;
  readonly clusterLine: string;
  readonly roles: Readonly<Record<RoleMark["colour"], string>>;
}

/** On white and on dark; each role at least 3:1 against the cluster's fill. */
export const pictureColours: Readonly<Record<"light" | "dark", PictureColours>> = {
  light: {
    background: "#ffffff",
    text: "#1b2733",
    softText: "#51606f",
    clusterFill: "#f3f6f8",
    clusterLine: "#b7c3ce",
    roles: { owner: "#b84a00", manager: "#0068a8", member: "#007f5f", collaborator: "#a8508a", other: "#5d6b78" },
  },
  dark: {
    background: "#10171e",
    text: "#e6edf3",
    softText: "#a4b3c0",
    clusterFill: "#19232d",
    clusterLine: "#3b4a58",
    roles: { owner: "#f08a3c", manager: "#5ab4ee", member: "#2fc59a", collaborator: "#dd94c2", other: "#9aa9b6" },
  },
};
