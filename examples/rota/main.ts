/** The program `baton-rota`. */
import {
  type ConnectorApp,
  evidenceCommand,
  reportCommand,
  runCli,
  silentLogger,
  summarizeFile,
  systemClock,
  systemIo,
} from "baton-cloudsmith/sdk";
import { createRotaConnector } from "./connector.ts";

const app: ConnectorApp = {
  name: "baton-rota",
  version: "1.0.0",
  displayName: "Rota",
  helpUrl: "",
  iconUrl: "",
  fields: [
    { kind: "string", name: "api-key", displayName: "Rota API key", required: true, secret: true },
    { kind: "string", name: "base-url", displayName: "Rota URL", default: "https://api.rota.example" },
  ],
  createConnector: async (config, context) =>
    createRotaConnector({ ...context, baseUrl: config.string("base-url"), apiKey: config.string("api-key") }),
  capabilitiesSyncers: async () =>
    createRotaConnector({ baseUrl: "https://localhost", apiKey: "", clock: systemClock, logger: silentLogger }).syncers,
  endpoint: (config) => config.string("base-url"),
  commands: [reportCommand, evidenceCommand],
  summarize: summarizeFile,
};
process.exitCode = await runCli(app, systemIo());
