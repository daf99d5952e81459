/** Who may ask what: every address that is not named here is for admins. Pure. */
import type { ConnectorDetail } from "../contract/connectors.ts";
import type { ConsoleEvent } from "../contract/events.ts";
import { type Role, roles } from "../contract/reviews.ts";

const part = "[^/]+";

/** Addresses for others than admins, with the least that somebody must be. */
const rules: readonly (readonly [method: "GET" | "POST", path: string, least: Role])[] = [
  ["GET", "/api/session", "viewer"],
  ["POST", "/api/sign-out", "viewer"],
  ["GET", "/api/events", "viewer"],
  ["GET", "/api/attention", "viewer"],
  ["GET", "/api/connectors", "viewer"],
  ["GET", `/api/connectors/${part}`, "viewer"],
  ["GET", `/api/connectors/${part}/runs`, "viewer"],
  ["GET", `/api/runs/${part}`, "viewer"],
  ["GET", `/api/sources/${part}(?:/.*)?`, "viewer"],
  // A question whose answer depends on a text: nothing is changed by it.
  ["POST", `/api/sources/${part}/list(?:/export)?`, "viewer"],
  ["GET", "/api/reviews", "viewer"],
  ["GET", `/api/reviews/${part}(?:/export)?`, "viewer"],
  ["POST", `/api/reviews/${part}/(?:decide|sign)`, "reviewer"],
];
const patterns = rules.map(([method, path, least]) => ({ method, path: new RegExp(`^${path}$`), least }));

/** Whether somebody of this role may ask this. */
export function mayAsk(role: Role, method: string, path: string): boolean {
  const asked = method === "HEAD" ? "GET" : method;
  const rule = patterns.find((one) => one.method === asked && one.path.test(path));
  return roles.indexOf(role) >= roles.indexOf(rule?.least ?? "admin");
}

/** Whether somebody of this role is told of this. Tests, the service and the log are about settings. */
export function maySee(role: Role, { type }: ConsoleEvent): boolean {
  return (
    role === "admin" ||
    type === "connector" ||
    type === "connector-removed" ||
    type === "figures" ||
    type === "review" ||
    type === "progress" ||
    type === "heartbeat"
  );
}

/** The connector without what only admins see: settings, whose key it is, what failed, and paths of this machine. */
export function shownTo(role: Role, detail: ConnectorDetail): ConnectorDetail {
  if (role === "admin") return detail;
  const { orgSlug, requested, storageEngine } = detail.settings;
  const hidden = { baseUrl: "", caFile: "", proxy: "", timeoutSeconds: 0, c1ClientId: "", c1SecretIsSet: false };
  const settings = { orgSlug, requested, storageEngine, ...hidden };
  return { ...detail, settings, key: null, failure: null, heldRun: null, service: null, currentFile: null };
}
