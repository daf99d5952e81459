/**
 * The table of teams as a picture of its own: an SVG that needs no styles, fonts or scripts from elsewhere, with title,
 * legend, date and source. Pure; every text is escaped.
 */
import { roleTitle } from "../../rows/cells.tsx";
import { type PictureColours, pictureColours, roleColour } from "./role-colours.ts";
import type { TeamFigures } from "./team-figures.ts";

/** What stands around the teams. */
export interface TeamsFrame {
  readonly theme: "light" | "dark";
  readonly title: string;
  /** Which of the teams are drawn, in a sentence. */
  readonly caption: string;
  /** When the file was synced, and what it was made from. */
  readonly foot: string;
}

const width = 1120;
const margin = 40;
const headHeight = 150;
const lineHeight = 30;
const footHeight = 56;
const font = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
/** Where the columns begin, and how long their bars are. */
const columns = { name: margin, people: 370, mix: 390, disabled: 730, factor: 910 } as const;
const mixLength = 300;
const shareLength = 90;

/** Width and height of the picture of so many teams. */
export function pictureSize(teams: number): { readonly width: number; readonly height: number } {
  return { width, height: headHeight + teams * lineHeight + footHeight };
}

/** The whole file. */
export function teamsSvg(teams: readonly TeamFigures[], { theme, title, caption, foot }: TeamsFrame): string {
  const colours = pictureColours[theme];
  const { height } = pictureSize(teams.length);
  const largest = Math.max(1, ...teams.map(({ memberCount }) => memberCount));
  const roles = [...new Set(teams.flatMap(({ byRole }) => byRole.map(([role]) => role)))];
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>`,
    text(title, { x: margin, y: 48, size: 24, fill: colours.text, isBold: true }),
    text(caption, { x: margin, y: 74, size: 14, fill: colours.softText }),
    legendSvg(roles, colours),
    ...[
      ["Team", columns.name],
      ["People by role", columns.mix],
      ["Disabled", columns.disabled],
      ["Without two-factor", columns.factor],
    ].map(([heading, x]) =>
      text(String(heading), { x: Number(x), y: headHeight - 12, size: 13, fill: colours.softText, isBold: true }),
    ),
    ...teams.map((team, at) => teamSvg(team, headHeight + at * lineHeight, largest, colours)),
    text(foot, { x: margin, y: height - 22, size: 12, fill: colours.softText }),
    `</svg>`,
    "",
  ].join("\n");
}

function teamSvg(team: TeamFigures, y: number, largest: number, colours: PictureColours): string {
  const { name, id, memberCount, byRole, disabledCount, withoutTwoFactor } = team;
  const base = y + lineHeight * 0.65;
  const line = { y: base, size: 14, fill: colours.text };
  let x: number = columns.mix;
  const parts = byRole.map(([role, count]) => {
    const length = (count / largest) * mixLength;
    const part = bar(x, y, length, colours.roles[roleColour(role)]);
    x += length;
    return part;
  });
  return [
    `<g><title>${escapeXml(`${name || id}: ${memberCount}`)}</title>`,
    text(fitting(name || id, 40), { ...line, x: columns.name }),
    text(memberCount.toLocaleString("en"), { ...line, x: columns.people, isEnd: true }),
    ...parts,
    ...shareSvg(disabledCount, memberCount, columns.disabled, { y, base, fill: colours.disabled, colours }),
    ...shareSvg(withoutTwoFactor, memberCount, columns.factor, { y, base, fill: colours.bad, colours }),
    `</g>`,
  ].join("");
}

interface SharePlace {
  readonly y: number;
  readonly base: number;
  readonly fill: string;
  readonly colours: PictureColours;
}

/** A number, and its share of the team as a bar. */
function shareSvg(count: number, whole: number, x: number, { y, base, fill, colours }: SharePlace): string[] {
  const number = { x: x + 40, y: base, size: 14, fill: colours.text, isEnd: true };
  return [
    text(count.toLocaleString("en"), number),
    bar(x + 50, y, shareLength, colours.room),
    bar(x + 50, y, whole === 0 ? 0 : (count / whole) * shareLength, fill),
  ];
}

function bar(x: number, y: number, length: number, fill: string): string {
  if (length <= 0) return "";
  return `<rect x="${round(x)}" y="${round(y + 8)}" width="${round(Math.max(2, length))}" height="14" fill="${fill}"/>`;
}

function legendSvg(roles: readonly string[], colours: PictureColours): string {
  let x = margin;
  return roles
    .map((role) => {
      const label = roleTitle(role);
      const sign = `<rect x="${x}" y="92" width="14" height="14" rx="3" fill="${colours.roles[roleColour(role)]}"/>`;
      const word = text(label, { x: x + 22, y: 104, size: 14, fill: colours.text });
      x += 52 + label.length * 8.2;
      return sign + word;
    })
    .join("");
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly fill: string;
  readonly isBold?: boolean;
  readonly isEnd?: boolean;
}

function text(content: string, { x, y, size, fill, isBold, isEnd }: TextPlace): string {
  const weight = isBold ? ' font-weight="600"' : "";
  const anchor = isEnd ? ' text-anchor="end"' : "";
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}"${weight}${anchor}>${escapeXml(content)}</text>`;
}

/** A name in so many characters. */
function fitting(name: string, most: number): string {
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : name;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Characters that XML cannot hold, escaped or not. */
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Text for XML, in content and in attributes; what XML cannot hold becomes U+FFFD. */
function escapeXml(content: string): string {
  return content
    .replace(notXml, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
