/** What the kinds of job work with. */
import { createConnectorFromConfig } from "../../cloudsmith/create-connector.ts";
import type { ConnectorContext } from "../../sdk/cli/app.ts";
import type { CliIo } from "../../sdk/cli/cli-io.ts";
import type { ResolvedConfig } from "../../sdk/config/resolve.ts";
import type { Logger } from "../../sdk/log.ts";
import type { SecretRedactor } from "../../sdk/secret-redactor.ts";
import type { FromWorker } from "./messages.ts";

/** What a job's process gives. */
export interface JobPlace {
  readonly io: CliIo;
  readonly version: string;
  readonly tell: (message: FromWorker) => void;
  readonly signal: AbortSignal;
}

/** What the kinds of job work with. */
export interface JobContext extends JobPlace {
  readonly config: ResolvedConfig;
  readonly connector: ConnectorContext;
  readonly logger: Logger;
  readonly redactor: SecretRedactor;
}

/** The connector of the job. Nothing is sent yet. */
export function connectorOf({ config, connector }: JobContext): ReturnType<typeof createConnectorFromConfig> {
  return createConnectorFromConfig(config, connector);
}
