/**
 * `npm run generate:contracts`: writes what the program says of itself into the repository: config_schema.json,
 * baton_capabilities.json and docs/configuration.md. test/contracts.test.ts fails when they are not the same.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectorApp } from "../src/cloudsmith/connector-app.ts";
import { version } from "../src/version.ts";
import { renderConfigDocs } from "./render-config-docs.ts";

const root = join(import.meta.dirname, "..");

/** A generated file. */
export interface Contract {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** All of them as they should be now. The two JSON files are the bytes that the commands print. */
export function renderContracts(): readonly Contract[] {
  return [
    { path: "config_schema.json", text: outputOf("config") },
    { path: "baton_capabilities.json", text: outputOf("capabilities") },
    { path: "docs/configuration.md", text: renderConfigDocs(connectorApp(version)) },
  ];
}

function outputOf(command: string): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BATON_")));
  return execFileSync(process.execPath, [join(root, "bin", "baton-cloudsmith"), command], { env, encoding: "utf8" });
}

if (import.meta.main) {
  for (const { path, text } of renderContracts()) writeFileSync(join(root, path), text);
}
