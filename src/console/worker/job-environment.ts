/** The environment of a job's process: the console's own without any secret, and what the connector's settings add. */
import type { StoredSettings } from "../store/connector-table.ts";

/** Of the program's own variables these say how, and hold no secret. */
const passedOn: ReadonlySet<string> = new Set([
  "BATON_C1_API_HOST",
  "BATON_HOST_ID",
  "BATON_GET_TASKS",
  "BATON_TMPDIR",
]);

/** Variables that a process of a job gets. Keys and secrets are not among them: the environment can be read from outside. */
export function jobEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { caFile, proxy }: Pick<StoredSettings, "caFile" | "proxy">,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(env).filter(([name]) => !/^(BATON_|CLOUDSMITH_)/.test(name) || passedOn.has(name));
  return {
    ...Object.fromEntries(kept),
    // Read by Node when the process starts, which is why a CA file needs a process of its own.
    ...(caFile !== "" && { NODE_EXTRA_CA_CERTS: caFile }),
    ...(proxy !== "" && { HTTPS_PROXY: proxy, https_proxy: proxy }),
  };
}
