/**
 * Writes src/sdk/proto/gen from proto/ with buf and protoc-gen-es, both from node_modules: nothing is fetched.
 * Run by `npm run generate` after a .proto file changed; the output is committed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { env } from "node:process";

const root = join(import.meta.dirname, "..");

/** Where the generated files live, relative to the repository. */
export const generatedDirectory = "src/sdk/proto/gen";

/**
 * Generates all files into the directory `out`, which must not exist or be empty.
 * Throws when buf refuses the .proto files; buf has then printed why.
 */
export function generateProto(out: string): void {
  const bin = join(root, "node_modules", ".bin");
  const { PATH = "" } = env;
  const template = {
    version: "v2",
    plugins: [
      {
        local: join(bin, "protoc-gen-es"),
        out,
        opt: ["target=ts", "import_extension=ts", "erasable_syntax=true"],
      },
    ],
  };
  execFileSync(join(bin, "buf"), ["generate", "proto", "--template", JSON.stringify(template)], {
    cwd: root,
    stdio: "inherit",
    // The plugin starts with `env node`: it must be the Node of this repository, whatever the system has.
    env: { ...env, PATH: bin + delimiter + PATH },
  });
}

function main(): void {
  const target = join(root, generatedDirectory);
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  generateProto(fresh);
  // Only now: when buf fails, the old files stay.
  if (existsSync(target)) rmSync(target, { recursive: true });
  renameSync(fresh, target);
}

if (import.meta.main) main();
