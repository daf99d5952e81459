/** What tells two connectors apart: the slug beside the name, and the host where it is not the usual one. */
import type { ConnectorSummary } from "../../contract/connectors.ts";
import { Chip } from "../design/chip.tsx";

/** True for the API of Cloudsmith itself. */
export function isUsualHost(baseUrl: string): boolean {
  return baseUrl === "" || /^https:\/\/api\.cloudsmith\.io(?:\/|$)/.test(baseUrl);
}

/** Behind a connector's name. */
export function ConnectorMarks({ connector }: { connector: ConnectorSummary }) {
  const { name, orgSlug, host, isSample } = connector;
  return (
    <>
      {orgSlug !== "" && orgSlug !== name && <code class="muted">{orgSlug}</code>}
      {host !== "" && !isSample && <Chip tone="neutral" text={host} />}
      {isSample && <Chip tone="neutral" text="Sample" />}
    </>
  );
}
