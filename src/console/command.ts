/** `console`: puts the console together, prints the way in, and serves until told to stop. */
import { defineCommand } from "../sdk/cli/app.ts";

/** The command; everything behind it is loaded only when it runs. */
export const consoleCommand = defineCommand({
  name: "console",
  summary: "Serve a web page on this machine: set up, sync, review who has access",
  settings: "none",
  options: [
    {
      kind: "int",
      name: "port",
      description: "Port to listen on; one that is taken leads to the next free one",
      default: 7433,
    },
    {
      kind: "string",
      name: "data-dir",
      description: "Where connectors, history and logs are kept (or $BATON_CONSOLE_DATA_DIR)",
    },
    {
      kind: "string",
      name: "store-key-file",
      description: "File with the key that stored API keys are encrypted with (default: one in the data directory)",
    },
    {
      kind: "bool",
      name: "keys-in-memory",
      description: "Keep entered API keys in memory only: they are asked for again after a restart",
    },
    {
      kind: "string",
      name: "evidence-key",
      description: "Ed25519 key in PEM that evidence is signed with; made by evidence keygen",
    },
    { kind: "bool", name: "sample", description: "Begin with a made-up organization, synced" },
    { kind: "bool", name: "no-open", description: "Do not open the browser" },
    { kind: "bool", name: "link", description: "Print a new link into the console that runs, and end" },
    {
      kind: "string",
      name: "backup",
      description: "Back the data directory up into this file, and end; the console may be running",
    },
    {
      kind: "string",
      name: "restore",
      description: "Restore a back-up into a data directory that is empty or not there, and end",
    },
    {
      kind: "string",
      name: "host",
      description: "Address to listen on; others than loopback need --allow-remote",
      default: "127.0.0.1",
    },
    { kind: "bool", name: "allow-remote", description: "Let other machines in" },
    {
      kind: "stringSlice",
      name: "name",
      description: "Name or address that browsers of other machines come by; can be repeated",
    },
    { kind: "string", name: "tls-cert", description: "PEM certificate for HTTPS" },
    { kind: "string", name: "tls-key", description: "PEM private key of the certificate" },
  ],
  about: (program) =>
    `The page is for the person who opens the link that is printed. The link works once, within five minutes;
\`${program} console --link\` prints a new one while the console runs.`,
  async run(invocation) {
    const { app, io } = invocation;
    const { readConsoleOptions } = await import("./command-options.ts");
    const options = readConsoleOptions(invocation);
    if (options.printsLink) {
      const { linkIntoRunningConsole } = await import("./serve-console.ts");
      io.stdout.write(`${await linkIntoRunningConsole(options, io)}\n`);
      return 0;
    }
    if (options.backup !== undefined || options.restore !== undefined) {
      const { backUpOrRestore } = await import("./serve-console.ts");
      io.stdout.write(`${backUpOrRestore(options, io)}\n`);
      return 0;
    }
    // Its jobs would refuse it one by one.
    (await import("../sdk/cli/command-setup.ts")).refuseWeakTls(io.env);
    (await import("../sdk/cli/young-generation.ts")).keepHeapSmall();
    const { serveConsole } = await import("./serve-console.ts");
    await serveConsole(options, io, app.version);
    return 0;
  },
});
