// Installs the locked dependencies, Node itself among them, when a checkout lacks them or has older ones: the launcher
// asks for that. `node scripts/run-installed.cjs SCRIPT ARG...` does it and then runs a script with the Node that the
// repository installs for itself. npm start and npm test go through here: a hook before them (prestart) would not run
// where npm is told to ignore scripts, as .npmrc does. Plain CommonJS for any Node, no dependency.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { spawn, spawnSync } = require("node:child_process");

const root = path.dirname(__dirname);
const bin = path.join(root, "node_modules", ".bin");
// npm writes this file when an install is through, so an interrupted one is seen as missing.
const installed = path.join(root, "node_modules", ".package-lock.json");

function isCurrent() {
  if (!fs.existsSync(installed)) return false;
  return (
    fs.statSync(installed).mtimeMs >= fs.statSync(path.join(root, "package-lock.json")).mtimeMs - 1000 || sameVersions()
  );
}

// A checkout may carry a newer time stamp and the same content: compare what is locked with what is there.
function sameVersions() {
  const wanted = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(fs.readFileSync(installed, "utf8")).packages;
  return Object.keys(wanted).every((name) => {
    if (name === "" || wanted[name].link || !name.startsWith("node_modules/")) return true;
    if (wanted[name].optional && !present[name]) return true;
    return present[name] !== undefined && present[name].version === wanted[name].version;
  });
}

function ensureInstalled() {
  if (isCurrent()) return;
  process.stderr.write("Installing dependencies (npm ci), once ...\n");
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    // Nothing of this goes to stdout: it belongs to the command that follows.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    env: { ...process.env, npm_config_engine_strict: "false" },
  });
  if (npm.status === 0) return;
  process.stderr.write("npm ci failed; see above. Nothing else was done.\n");
  process.exit(npm.status || 2);
}

function node() {
  const installed = path.join(bin, process.platform === "win32" ? "node.cmd" : "node");
  // Where the registry has no Node for this machine, its own must do; the script says so if it does not.
  return fs.existsSync(installed) ? fs.realpathSync(installed) : process.execPath;
}

function runScript([script, ...args]) {
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
}

module.exports = { ensureInstalled };
if (require.main === module) {
  ensureInstalled();
  runScript(process.argv.slice(2));
}
