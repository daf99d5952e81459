// `node scripts/run-installed.cjs SCRIPT ARG...`: installs what a checkout lacks, then runs a script of it with the Node
// that the repository installs for itself. npm start and npm test go through here: a hook before them (prestart) would
// not run where npm is told to ignore scripts, as .npmrc does. Plain CommonJS for any Node, no dependency.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { spawn } = require("node:child_process");
const { ensureInstalled } = require("./ensure-installed.cjs");

const root = path.dirname(__dirname);
const bin = path.join(root, "node_modules", ".bin");

function node() {
  const installed = path.join(bin, process.platform === "win32" ? "node.cmd" : "node");
  // Where the registry has no Node for this machine, its own must do; the script says so if it does not.
  return fs.existsSync(installed) ? fs.realpathSync(installed) : process.execPath;
}

ensureInstalled();
const [script, ...args] = process.argv.slice(2);
const child = spawn(node(), [path.join(root, script), ...args], {
  stdio: "inherit",
  env: { ...process.env, PATH: bin + path.delimiter + process.env.PATH },
});
// A terminal sends Ctrl-C to both; what else is sent to this process alone is meant for the script.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = code === null ? 128 + require("node:os").constants.signals[signal] : code;
});
