// Runs the built program and keeps what V8 compiled of it for the next start, which is a quarter of a small sync. Node's own
// cache keeps what runs while a module is loaded, and none of the functions that are called later.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire, enableCompileCache } = require("node:module");
const { tmpdir } = require("node:os");
const v8 = require("node:v8");
const vm = require("node:vm");
const { crc32 } = require("node:zlib");

const sumBytes = 4;

/**
 * Runs the program `file`, a function in ASCII (scripts/bundle-program.ts). Where code cannot be kept, or what was kept does
 * not fit, it is compiled, and nothing else changes.
 */
exports.startProgram = function startProgram(file) {
  const bytes = fs.readFileSync(file);
  const directory = cacheDirectory();
  if (directory) enableCompileCache(directory);
  const kept = directory && { file: path.join(directory, `${commandName()}.code`), sum: crc32(bytes) };
  const cachedData = kept && readCode(kept);
  const script = new vm.Script(bytes.latin1Slice(), { filename: file, cachedData });
  if (kept && (!cachedData || script.cachedDataRejected)) keepAtEnd(kept, script);
  script.runInThisContext()(createRequire(file), file, path.dirname(file));
};

/** Each command has code of its own: what is kept are the functions that ran. */
function commandName() {
  const [, name = "sync"] = /^-{0,2}([a-z][a-z-]*)/.exec(process.argv[2] || "") || [];
  return name;
}

/**
 * Where code is kept: only in a directory of this very user that nobody else can write to, as what lies there is run.
 * Node's variables for its own cache count here as well.
 */
exports.cacheDirectory = cacheDirectory;
function cacheDirectory() {
  const { NODE_COMPILE_CACHE: named, NODE_DISABLE_COMPILE_CACHE: isOff } = process.env;
  if (isOff) return undefined;
  const user = process.getuid ? process.getuid() : undefined;
  const directory = named || path.join(tmpdir(), ["baton-cloudsmith-code", user].join("-"));
  try {
    makeDirectory(directory);
    // A link may lead to another's.
    const { uid, mode } = fs.lstatSync(directory);
    return user === undefined || (uid === user && (mode & 0o170022) === 0o040000) ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** Not Node's own recursion: that never ends where a directory is there and takes no other, as in /proc. */
function makeDirectory(directory) {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

/** Code that was kept of this very program. V8 looks itself whether it is of this V8. */
function readCode({ file, sum }) {
  try {
    const content = fs.readFileSync(file);
    return content.length > sumBytes && content.readUInt32BE() === sum ? content.subarray(sumBytes) : undefined;
  } catch {
    return undefined;
  }
}

/** Only of a run that ended well: another may have ended before it ran much. */
function keepAtEnd({ file, sum }, script) {
  const flags = v8.cachedDataVersionTag();
  process.on("exit", (code) => {
    // V8 takes code only with the flags that it was kept with.
    if (code !== 0 || v8.cachedDataVersionTag() !== flags) return;
    const head = Buffer.alloc(sumBytes);
    head.writeUInt32BE(sum);
    const temporary = `${file}.${process.pid}`;
    try {
      fs.writeFileSync(temporary, Buffer.concat([head, script.createCachedData()]), { mode: 0o600, flag: "wx" });
      fs.renameSync(temporary, file);
    } catch {
      // No room, or no more right to write: the next start compiles again.
      fs.rmSync(temporary, { force: true });
    }
  });
}
