/**
 * The picture of an organization as shapes in a plane: teams are circles, people are marks in them. Of large
 * organizations, roles are marks whose area grows with the number of people, and the smallest teams are one circle.
 * Pure, and the same for the same answer. Knows nothing of screens.
 */
import { packEnclose, packSiblings } from "d3-hierarchy";
import type { Picture, PictureCluster } from "../../../contract/sources.ts";
import type { MarkPlace } from "./mark-path.ts";

/** Marks that a picture has at most. */
export const markLimit = 200;
/** Side of the square that the picture fills. */
export const sceneSize = 1000;

/** A person, or all people of one role in a team. */
export interface SceneMark extends MarkPlace {
  readonly role: string;
  readonly count: number;
  /** Set for one person. */
  readonly person?: {
    readonly type: string;
    readonly id: string;
    readonly name: string;
    readonly isDisabled: boolean;
  };
}

/** A team, everybody without a team, or the teams that are too small to be drawn. */
export interface SceneCluster extends MarkPlace {
  readonly kind: "team" | "alone" | "rest";
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly total: number;
  readonly byRole: PictureCluster["byRole"];
  /** Radius that the name runs along. */
  readonly nameRadius: number;
  readonly marks: readonly SceneMark[];
}

/** All of it. */
export interface Scene {
  readonly organization: string;
  readonly clusters: readonly SceneCluster[];
  readonly isAggregated: boolean;
  /** Teams that the circle of the rest stands for. */
  readonly restTeams: number;
  /** False where what is no team is drawn smaller than it is. */
  readonly isToScale: boolean;
}

interface Group {
  readonly kind: SceneCluster["kind"];
  readonly cluster: PictureCluster;
}

/** Lays out the picture. */
export function layOut(picture: Picture): Scene {
  const groups = groupsOf(picture);
  const people = groups.reduce((sum, { cluster }) => sum + cluster.members.length, 0);
  const isAggregated = picture.isAggregated || people > markLimit;
  const kept = isAggregated ? withinLimit(groups) : groups;
  const restTeams = kept.reduce((sum, { cluster }) => sum + (cluster.teams ?? 0), 0);
  const largest = largestTeam(kept);
  const isToScale = !isAggregated || kept.every(({ kind, cluster }) => cluster.total <= mostShown(kind, largest));
  const clusters = placed(kept, isAggregated);
  return { organization: picture.organization, clusters, isAggregated, restTeams, isToScale };
}

function groupsOf({ clusters, alone }: Picture): readonly Group[] {
  const teams = clusters.map((cluster): Group => ({ kind: cluster.teams === undefined ? "team" : "rest", cluster }));
  return alone.total > 0 ? [...teams, { kind: "alone", cluster: alone }] : teams;
}

/** The largest teams that stay within the limit of marks; the others become one. */
function withinLimit(groups: readonly Group[]): readonly Group[] {
  const bySize = groups.toSorted((a, b) => order[a.kind] - order[b.kind] || b.cluster.total - a.cluster.total);
  const all = bySize.reduce((sum, { cluster }) => sum + cluster.byRole.length, 0);
  if (all <= markLimit) return bySize;
  const roles = new Set(bySize.flatMap(({ cluster }) => cluster.byRole.map(({ role }) => role)));
  let marks = roles.size;
  const end = bySize.findIndex(({ cluster }) => {
    marks += cluster.byRole.length;
    return marks > markLimit;
  });
  return [...bySize.slice(0, end), { kind: "rest", cluster: sumOf(bySize.slice(end)) }];
}

/** Those without a team stand for no team that could be one of the rest; the rest takes up what does not fit. */
const order: Readonly<Record<Group["kind"], number>> = { alone: 0, team: 1, rest: 2 };

function sumOf(groups: readonly Group[]): PictureCluster {
  const byRole = new Map<string, number>();
  for (const { cluster } of groups) {
    for (const { role, count } of cluster.byRole) byRole.set(role, (byRole.get(role) ?? 0) + count);
  }
  const teams = groups.reduce((sum, { cluster }) => sum + (cluster.teams ?? 1), 0);
  return {
    type: "",
    id: "",
    name: `${teams} more teams`,
    teams,
    total: groups.reduce((sum, { cluster }) => sum + cluster.total, 0),
    byRole: [...byRole].map(([role, count]) => ({ role, count })),
    members: [],
  };
}

/** Width of the band that a team's name runs in, and the gap between circles, in units of the scene. */
const band = 18;
const gap = 7;
/** Area of what is no team at most, in areas of the largest team: thousands of people would be all that one sees. */
const restScale = 2.5;
const smallestCluster = 36;

/** Marks are made as large as fits the square: their size is found by trying, as names keep theirs. */
function placed(groups: readonly Group[], isAggregated: boolean): readonly SceneCluster[] {
  if (groups.length === 0) return [];
  let size = 10;
  let clusters = pack(groups, isAggregated, size);
  for (let tries = 0; tries < 24; tries++) {
    const extent = extentOf(clusters) * 2;
    if (extent > sceneSize * 0.97 && extent <= sceneSize) break;
    size = Math.max(0.05, (size * (sceneSize * 0.985)) / extent);
    clusters = pack(groups, isAggregated, size);
  }
  return fitted(clusters);
}

function pack(groups: readonly Group[], isAggregated: boolean, size: number): readonly SceneCluster[] {
  const largest = largestTeam(groups);
  const clusters = groups.map(({ kind, cluster }) => {
    const scale = Math.min(1, Math.sqrt(mostShown(kind, largest) / cluster.total));
    const marks = packSiblings(marksOf(cluster, isAggregated, size * scale));
    const inner = marks.length > 0 ? packEnclose(marks) : { x: 0, y: 0, r: 0 };
    const r = Math.max(smallestCluster, inner.r + band) + gap / 2;
    return { kind, cluster, marks, inner, r, x: 0, y: 0 };
  });
  return packSiblings(clusters.toSorted((a, b) => b.r - a.r)).map(({ kind, cluster, marks, inner, r, x, y }) => ({
    kind,
    type: cluster.type,
    id: cluster.id,
    name: cluster.name,
    total: cluster.total,
    byRole: cluster.byRole,
    x,
    y,
    r: r - gap / 2,
    nameRadius: r - gap / 2 - band * 0.72,
    marks: marks.map((mark) => ({ ...mark, x: x + mark.x - inner.x, y: y + mark.y - inner.y, r: mark.r * 0.92 })),
  }));
}

function largestTeam(groups: readonly Group[]): number {
  return Math.max(0, ...groups.filter(({ kind }) => kind === "team").map(({ cluster }) => cluster.total));
}

/** People that a circle's area may stand for; without teams nothing is drowned. */
function mostShown(kind: Group["kind"], largest: number): number {
  return kind === "team" || largest === 0 ? Number.POSITIVE_INFINITY : restScale * largest;
}

function marksOf(cluster: PictureCluster, isAggregated: boolean, size: number): SceneMark[] {
  const place = { x: 0, y: 0 };
  if (isAggregated) {
    return cluster.byRole
      .toSorted((a, b) => b.count - a.count)
      .map(({ role, count }) => ({ ...place, r: size * Math.sqrt(count), role, count }));
  }
  return cluster.members.map(({ role, type, id, name, isDisabled }) => {
    return { ...place, r: size, role, count: 1, person: { type, id, name, isDisabled } };
  });
}

function extentOf(clusters: readonly SceneCluster[]): number {
  return packEnclose(clusters.map(({ x, y, r }) => ({ x, y, r }))).r;
}

/** Moves the picture to the middle of the square, and shrinks it where names alone do not fit. */
function fitted(clusters: readonly SceneCluster[]): readonly SceneCluster[] {
  const around = packEnclose(clusters.map(({ x, y, r }) => ({ x, y, r })));
  const scale = Math.min(1, sceneSize / 2 / around.r);
  const move = <P extends MarkPlace>(place: P): P => ({
    ...place,
    x: (place.x - around.x) * scale + sceneSize / 2,
    y: (place.y - around.y) * scale + sceneSize / 2,
    r: place.r * scale,
  });
  return clusters.map((cluster) => ({
    ...move(cluster),
    nameRadius: cluster.nameRadius * scale,
    marks: cluster.marks.map(move),
  }));
}
