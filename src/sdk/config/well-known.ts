/** Formats of well-known strings. */
import { isIP, isIPv4, isIPv6 } from "node:net";
import type { WellKnown } from "./field.ts";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostname = new RegExp(`^${label}(?:\\.${label})*\\.?$`, "i");
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const formats: Readonly<Record<WellKnown, (value: string) => boolean>> = {
  email: (value) => {
    const at = value.lastIndexOf("@");
    return at > 0 && at <= 64 && !/[\s<>,;]/.test(value) && isHostname(value.slice(at + 1));
  },
  hostname: isHostname,
  ip: (value) => isIP(value) !== 0,
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (value) => URL.canParse(value),
  uuid: (value) => uuid.test(value),
};

function isHostname(value: string): boolean {
  return value.length <= 253 && hostname.test(value);
}

/** True when `value` has the format. */
export function isWellKnown(format: WellKnown, value: string): boolean {
  return formats[format](value);
}
