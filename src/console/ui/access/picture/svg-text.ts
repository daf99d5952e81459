/**
 * The picture as a file of its own: an SVG that needs no styles, fonts or scripts from elsewhere, with title, legend,
 * date and source. Pure; every text is escaped.
 */
import { fittingName } from "./arch-text.ts";
import { archPath, markPath, ringPath } from "./mark-path.ts";
import { type PictureColours, pictureColours, roleMark, roleTitle } from "./roles.ts";
import { type Scene, type SceneCluster, type SceneMark, sceneSize } from "./scene.ts";

/** What stands around the picture. */
export interface SvgFrame {
  readonly theme: "light" | "dark";
  /** When the file was synced, as text. */
  readonly date: string;
  /** What it was made from, such as a file's name and SHA-256. */
  readonly source: string;
  /** Roles in the order of the legend, with their numbers of people. */
  readonly roles: readonly { readonly role: string; readonly count: number }[];
}

const margin = 40;
const headHeight = 96;
const footHeight = 108;
/** Width and height of the saved picture. */
export const savedSize = { width: sceneSize + 2 * margin, height: sceneSize + headHeight + footHeight } as const;
const font = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** The whole file. */
export function pictureSvg(scene: Scene, frame: SvgFrame): string {
  const colours = pictureColours[frame.theme];
  const { width, height } = savedSize;
  const title = `${scene.organization}: teams and roles`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>`,
    text(title, { x: margin, y: 48, size: 26, fill: colours.text, isBold: true }),
    text(captionOf(scene), { x: margin, y: 76, size: 15, fill: colours.softText }),
    `<g transform="translate(${margin} ${headHeight})">`,
    ...scene.clusters.map((cluster, at) => clusterSvg(cluster, at, colours)),
    `</g>`,
    legendSvg(frame, colours),
    text(`${frame.date} · ${frame.source}`, { x: margin, y: height - 26, size: 13, fill: colours.softText }),
    `</svg>`,
    "",
  ].join("\n");
}

/** What is drawn, in a sentence. */
export function captionOf({ clusters, isAggregated, restTeams, isToScale }: Scene): string {
  const teams = clusters.filter(({ kind }) => kind === "team").length + restTeams;
  const marks = isAggregated ? "A mark stands for all people of a role in a team." : "A mark is a person.";
  const scale = isToScale ? "" : " What is not one team is not to scale.";
  const rest = restTeams > 0 ? ` The ${restTeams} smallest are one circle.` : "";
  return `${teams} ${teams === 1 ? "team" : "teams"}. ${marks} Who is in several teams is drawn in each.${rest}${scale}`;
}

function clusterSvg(cluster: SceneCluster, at: number, colours: PictureColours): string {
  const { x, y, r, nameRadius, name, marks } = cluster;
  const fill = `fill="${colours.clusterFill}" stroke="${colours.clusterLine}"`;
  return [
    `<g><title>${escapeXml(`${name}: ${cluster.total}`)}</title>`,
    `<circle cx="${round(x)}" cy="${round(y)}" r="${round(r)}" ${fill}/>`,
    `<path id="name-${at}" d="${archPath(x, y, nameRadius)}" fill="none"/>`,
    `<text font-size="13" fill="${colours.text}" text-anchor="middle"><textPath href="#name-${at}" startOffset="50%">${escapeXml(
      fittingName(name, nameRadius, 13),
    )}</textPath></text>`,
    ...marks.map((mark) => markSvg(mark, colours)),
    `</g>`,
  ].join("");
}

function markSvg(mark: SceneMark, colours: PictureColours): string {
  const { shape, colour } = roleMark(mark.role);
  const paint = colours.roles[colour];
  const isHollow = shape === "hollow" || mark.person?.isDisabled === true;
  const inside = isHollow
    ? `fill="none" stroke="${paint}" stroke-width="1.5"${mark.person?.isDisabled ? ' stroke-dasharray="2 2"' : ""}`
    : `fill="${paint}"`;
  const ring = ringPath(shape, mark);
  const name = mark.person ? mark.person.name : `${roleTitle(mark.role)}: ${mark.count}`;
  return [
    `<g><title>${escapeXml(name)}</title>`,
    `<path d="${markPath(shape, mark)}" ${inside}/>`,
    ring && `<path d="${ring}" fill="none" stroke="${paint}" stroke-width="1.5"/>`,
    isHollow || mark.person ? "" : countSvg(mark, colours),
    `</g>`,
  ].join("");
}

/** Size of a number within its mark; undefined where it would not be read. */
export function countFontSize({ r, count, role }: SceneMark): number | undefined {
  // A triangle is narrow where its number stands.
  const room = roleMark(role).shape === "triangle" ? 1.2 : 1.7;
  const size = Math.min(22, (r * room) / Math.max(2, String(count).length));
  return size >= 10 ? Math.round(size * 10) / 10 : undefined;
}

function countSvg(mark: SceneMark, colours: PictureColours): string {
  const size = countFontSize(mark);
  if (size === undefined) return "";
  const place = { x: mark.x, y: mark.y + size * 0.35, size, fill: colours.background, isMiddle: true, isBold: true };
  return text(String(mark.count), place);
}

function legendSvg({ roles }: SvgFrame, colours: PictureColours): string {
  let x = margin;
  const y = headHeight + sceneSize + 34;
  return roles
    .map(({ role, count }) => {
      const { shape, colour } = roleMark(role);
      const paint = colours.roles[colour];
      const place = { x: x + 10, y: y - 5, r: 10 };
      const label = `${roleTitle(role)} ${count.toLocaleString("en")}`;
      const inside = shape === "hollow" ? `fill="none" stroke="${paint}" stroke-width="1.5"` : `fill="${paint}"`;
      const ring = ringPath(shape, place);
      const parts = [
        `<path d="${markPath(shape, place)}" ${inside}/>`,
        ring && `<path d="${ring}" fill="none" stroke="${paint}" stroke-width="1.5"/>`,
        text(label, { x: x + 28, y, size: 15, fill: colours.text }),
      ];
      x += 56 + label.length * 8.4;
      return parts.join("");
    })
    .join("\n");
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly fill: string;
  readonly isBold?: boolean;
  readonly isMiddle?: boolean;
}

function text(content: string, { x, y, size, fill, isBold, isMiddle }: TextPlace): string {
  const weight = isBold ? ' font-weight="600"' : "";
  const anchor = isMiddle ? ' text-anchor="middle"' : "";
  const place = `x="${round(x)}" y="${round(y)}" font-size="${size}"`;
  return `<text ${place} fill="${fill}"${weight}${anchor}>${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Characters that XML cannot hold, escaped or not. */
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Text for XML, in content and in attributes; what XML cannot hold becomes U+FFFD. */
export function escapeXml(content: string): string {
  return content
    .replace(notXml, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
