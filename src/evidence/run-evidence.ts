/** Runs the actions of `evidence`. What does not belong to an action is refused. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { given, type RequestFlag, readRequest } from "../reports/command-options.ts";
import { refuseSameFile } from "../reports/commands.ts";
import { hashOfFile } from "../reports/hash-file.ts";
import { writeOutputFile } from "../reports/output-file.ts";
import { fileError, fileNotFound } from "../sdk/c1z/container/file-errors.ts";
import { readWholeFile } from "../sdk/c1z/container/whole-file.ts";
import type { Invocation } from "../sdk/cli/app.ts";
import { usageError } from "../sdk/cli/parse-argv.ts";
import { boundYoungGeneration } from "../sdk/cli/young-generation.ts";
import type { Flag } from "../sdk/config/field.ts";
import { verifyAuditLog } from "./audit-chain.ts";
import { makeKeys, readPublicKey, readSigningKey } from "./keys.ts";
import { writeEvidence } from "./pack.ts";
import { verifyPack } from "./verify.ts";

type EvidenceFlag =
  | RequestFlag
  | Flag<"string", "out" | "key" | "audit">
  | Flag<"stringSlice", "review">
  | Flag<"bool", "allow-unsigned">;
type EvidenceInvocation = Invocation<EvidenceFlag>;

/** The flags of each action. */
const flagsOf = {
  pack: ["file", "sync-id", "since", "as-of", "out", "key", "review"],
  keygen: ["out"],
  verify: ["file", "key", "audit", "allow-unsigned"],
} as const satisfies Readonly<Record<string, readonly EvidenceFlag["name"][]>>;
type Action = keyof typeof flagsOf;

/** Runs one action. @returns the exit code. @throws BatonError `BATON-USAGE`, and those of packs and files. */
export async function runEvidence(invocation: EvidenceInvocation): Promise<number> {
  const { flags } = invocation;
  const [word, ...operands] = flags.operands;
  if (word !== undefined && word !== "keygen" && word !== "verify")
    throw usageError(`evidence does not take ${JSON.stringify(word)}`);
  const action: Action = word ?? "pack";
  const odd = [...flags.values.keys()].find((name) => !(flagsOf[action] as readonly string[]).includes(name));
  if (odd !== undefined) throw usageError(`--${odd} is not for evidence${word === undefined ? "" : ` ${word}`}`);
  boundYoungGeneration();
  if (action === "keygen") await keygen(invocation, operands);
  else if (action === "verify") await verify(invocation, operands);
  else await pack(invocation);
  return 0;
}

async function pack({ app, io, options }: EvidenceInvocation): Promise<void> {
  const out = options.string("out");
  if (out === "") throw usageError("evidence needs --out with the path of the zip to write");
  const request = readRequest(app, options, io);
  refuseSameFile({ file: request.file, out });
  const keyPath = given(options, "key");
  const key = keyPath === undefined ? undefined : readSigningKey(resolve(io.cwd, keyPath));
  const reviews = options.strings("review").map((path) => resolve(io.cwd, path));
  const madeBy = `${app.name} ${app.version}`;
  const outcome = await writeOutputFile(out, (sink) => writeEvidence({ ...request, madeBy, key, reviews }, sink));
  const { result, reports, reviews: decided, keyId } = outcome;
  const decisions = decided === 0 ? "" : ` and the decisions of ${decided}`;
  io.stderr.write(`Wrote ${reports} reports${decisions} to ${out}; the run's result was: ${result}.\n`);
  io.stderr.write(
    keyId === null ? "! The pack is not signed: no --key was given.\n" : `Signed with the key ${keyId}.\n`,
  );
}

async function keygen({ io, options }: EvidenceInvocation, [excess]: readonly string[]): Promise<void> {
  if (excess !== undefined) throw usageError(`evidence keygen does not take ${JSON.stringify(excess)}`);
  const out = options.string("out");
  if (out === "") throw usageError("evidence keygen needs --out with the path of the private key to write");
  const { publicPath, keyId } = await makeKeys(resolve(io.cwd, out));
  io.stdout.write(`${out} signs: keep it to yourself. ${publicPath} verifies: give it to auditors.\nKey ${keyId}\n`);
}

async function verify({ io, options }: EvidenceInvocation, [path, excess]: readonly string[]): Promise<void> {
  if (excess !== undefined) throw usageError(`evidence verify does not take ${JSON.stringify(excess)}`);
  const [keyPath, audit, file] = [given(options, "key"), given(options, "audit"), given(options, "file")];
  if (path === undefined && audit === undefined)
    throw usageError("evidence verify needs the path of a pack, or --audit");
  if (path === undefined && (keyPath ?? file) !== undefined) throw usageError("--key and --file are for a pack");
  const packs: string[] = [];
  if (path !== undefined) {
    const allowsUnsigned = options.bool("allow-unsigned");
    if (keyPath === undefined && !allowsUnsigned) {
      const hint =
        "Give the public key of the person who made the pack, or --allow-unsigned to look at hashes and sums alone.";
      throw usageError("evidence verify needs --key", hint);
    }
    if (keyPath !== undefined && allowsUnsigned) throw usageError("--key and --allow-unsigned exclude each other");
    const key = keyPath === undefined ? undefined : readPublicKey(resolve(io.cwd, keyPath));
    for (const one of [path, file]) if (one !== undefined) requireThere(resolve(io.cwd, one));
    const fileSha256 = file === undefined ? undefined : await hashOfFile(resolve(io.cwd, file));
    const found = verifyPack(readPack(resolve(io.cwd, path)), { key, fileSha256 });
    packs.push(await hashOfFile(resolve(io.cwd, path)));
    const { claimedKeyId, keyId, members, reports, rows, decisions, result, syncId, madeBy } = found;
    const unchecked =
      claimedKeyId === null ? "Not signed." : `Signature not looked at; it names the key ${claimedKeyId}.`;
    io.stdout.write(`${keyId === null ? unchecked : `Signed with the key ${keyId}.`}
Unchanged: ${members} files, ${reports} reports with ${rows} rows, decisions of ${decisions} reviews; the numbers add up.
Sync ${syncId ?? "unknown"}, result: ${result}. Made by ${madeBy}.
`);
    if (file !== undefined) io.stdout.write("The synced file is the one that it was made of.\n");
  }
  if (audit === undefined) return;
  const { lines, unchained } = verifyAuditLog(resolve(io.cwd, audit), packs);
  const older = unchained === 0 ? "" : `; the first ${unchained} are of a version that kept no hashes`;
  io.stdout.write(
    `The audit log holds: ${lines} lines${older}${path === undefined ? "" : ", and this pack is in it"}.\n`,
  );
}

function requireThere(path: string): void {
  if (existsSync(path)) return;
  throw fileNotFound(path).with({ effect: "Nothing was verified.", hint: "Check the path." });
}

function readPack(path: string): Buffer {
  try {
    return readWholeFile(path);
  } catch (caught) {
    throw fileError(caught, `read ${path}`, "Nothing was verified.");
  }
}
