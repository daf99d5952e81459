/** Takes the keys of a Baton store apart, and says which keys begin with given components. */
import { joined, unescaped } from "../../pebble/keys.ts";

/** Keys from `from` to below `to`. */
export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

const separator = 0;
const escapeByte = 1;

/** Keys of a family whose first components are these. */
export function rangeOf(prefix: Buffer, ...components: readonly string[]): KeyRange {
  return rangeFrom(components.length === 0 ? prefix.subarray(0, -1) : Buffer.concat([prefix, joined(...components)]));
}

/** Keys that go on behind `start` with a separator. */
export function rangeFrom(start: Buffer): KeyRange {
  const from = Buffer.concat([start, Buffer.from([separator])]);
  const to = Buffer.from(from);
  // It is the least byte of all.
  to[to.length - 1] = separator + 1;
  return { from, to };
}

/** The one key of a family with these components. */
export function keyOf(prefix: Buffer, ...components: readonly string[]): Buffer {
  return Buffer.concat([prefix, joined(...components)]);
}

/** Where the component that begins at `start` ends: at the next separator, or with the key. */
export function endOfPart(key: Buffer, start: number): number {
  const end = key.indexOf(separator, start);
  return end === -1 ? key.length : end;
}

/** The component in bytes `start` to `end`. @throws RangeError when it is not UTF-8 */
export function partAt(key: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) {
    if (key[at] === escapeByte) return unescaped(key.subarray(start, end)).toString("utf8");
  }
  return key.toString("utf8", start, end);
}

/** `count` components from `start` on; fewer where the key has no more. */
export function partsAt(key: Buffer, start: number, count: number): string[] {
  const parts: string[] = [];
  for (let at = start; parts.length < count && at <= key.length; ) {
    const end = endOfPart(key, at);
    parts.push(partAt(key, at, end));
    at = end + 1;
  }
  return parts;
}
