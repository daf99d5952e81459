/** The command `evidence`, for the program of any connector: packs what proves a review, makes keys, verifies packs. */
import { requestFields } from "../reports/commands.ts";
import { defineCommand } from "../sdk/cli/app.ts";

/** Packs all reviews of a file. */
export const evidenceCommand = defineCommand({
  name: "evidence",
  summary: "Pack all reviews of a synced file into one zip, signed; make keys and verify packs",
  operands: "[keygen|verify PACK]",
  operandValues: ["keygen", "verify"],
  settings: "none",
  readsForeignFiles: true,
  options: [
    ...requestFields,
    { kind: "string", name: "out", description: "The zip to write; keygen: the private key to write" },
    {
      kind: "string",
      name: "key",
      description: "Ed25519 key in PEM: the private one to sign with; verify: the public one of who signed",
    },
    {
      kind: "stringSlice",
      name: "review",
      description: "A review whose decisions are taken along; can be repeated",
    },
    {
      kind: "string",
      name: "audit",
      description: "verify: the console's audit log, whose lines must hold and name the pack",
    },
    {
      kind: "bool",
      name: "allow-unsigned",
      description: "verify: look at hashes and sums alone, not at who signed",
    },
  ],
  about: (program) => `Actions:
  ${program} evidence --out PACK [--key KEY] [--review REVIEW]   Pack the reviews of a file, and decisions
  ${program} evidence keygen --out KEY                           Make a key to sign with, and KEY.pub to verify with
  ${program} evidence verify PACK --key KEY.pub                  Verify a pack, without a network`,
  async run(invocation) {
    const { runEvidence } = await import("./run-evidence.ts");
    return await runEvidence(invocation);
  },
});
