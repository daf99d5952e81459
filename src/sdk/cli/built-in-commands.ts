/** The commands that every program has, by name. */
import type { Command } from "./app.ts";
import { capabilitiesCommand } from "./commands/capabilities.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { convertCommand } from "./commands/convert.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { fleetCommand } from "./commands/fleet.ts";
import { healthCheckCommand } from "./commands/health-check.ts";
import { helpCommand } from "./commands/help.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { serveCommand } from "./commands/serve.ts";
import { syncCommand } from "./commands/sync.ts";
import { validateCommand } from "./commands/validate.ts";
import { versionCommand } from "./commands/version.ts";

/** All of them; the first is the program without a command. */
export const builtInCommands: readonly Command[] = [
  syncCommand,
  capabilitiesCommand,
  completionCommand,
  configCommand,
  convertCommand,
  doctorCommand,
  fleetCommand,
  healthCheckCommand,
  helpCommand,
  inspectCommand,
  serveCommand,
  validateCommand,
  versionCommand,
];
