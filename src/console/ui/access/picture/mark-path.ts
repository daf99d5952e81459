/** Outlines of marks as SVG path data. Pure numbers; the same for the page and for saved pictures. */
import type { MarkShape } from "./roles.ts";

/** Where a mark stands and how large it may be. */
export interface MarkPlace {
  readonly x: number;
  readonly y: number;
  /** Radius of the circle that it keeps within. */
  readonly r: number;
}

/** Path data of a mark. */
export function markPath(shape: MarkShape, { x, y, r }: MarkPlace): string {
  if (shape === "square") return squarePath(x, y, r * 0.8);
  if (shape === "triangle") return trianglePath(x, y, r);
  if (shape === "ringed") return circlePath(x, y, r * 0.66);
  return circlePath(x, y, r * 0.92);
}

/** Path data of the ring around an owner; "" for other shapes. */
export function ringPath(shape: MarkShape, { x, y, r }: MarkPlace): string {
  return shape === "ringed" ? circlePath(x, y, r * 0.92) : "";
}

/** The upper half of a circle from left to right, for text that runs along it. */
export function archPath(x: number, y: number, r: number): string {
  return `M${n(x - r)} ${n(y)}A${n(r)} ${n(r)} 0 0 1 ${n(x + r)} ${n(y)}`;
}

function circlePath(x: number, y: number, r: number): string {
  const arc = `A${n(r)} ${n(r)} 0 1 1`;
  return `M${n(x - r)} ${n(y)}${arc} ${n(x + r)} ${n(y)}${arc} ${n(x - r)} ${n(y)}Z`;
}

function squarePath(x: number, y: number, half: number): string {
  return `M${n(x - half)} ${n(y - half)}H${n(x + half)}V${n(y + half)}H${n(x - half)}Z`;
}

function trianglePath(x: number, y: number, r: number): string {
  const [dx, dy] = [r * Math.cos(Math.PI / 6), r / 2];
  return `M${n(x)} ${n(y - r)}L${n(x + dx)} ${n(y + dy)}L${n(x - dx)} ${n(y + dy)}Z`;
}

/** Two decimals are finer than any screen, and the same on every machine. */
function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
