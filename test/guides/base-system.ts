/** A small Debian to follow guides in, made of its packages, and the images that the container file begins with. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";

const mirror = "http://deb.debian.org/debian";

/** Makes the system in `directory`, with systemd to boot it. It is put together once for all guides that share `scratch`. */
export function makeDebian(directory: string, scratch: string): void {
  const kept = join(scratch, "debian");
  if (!existsSync(kept)) {
    const packages = "--include=systemd,systemd-sysv,dbus,ca-certificates";
    const unfinished = `${kept}.unfinished`;
    execFileSync("debootstrap", ["--variant=minbase", packages, "bookworm", unfinished, mirror], { stdio: "pipe" });
    renameSync(unfinished, kept);
  }
  execFileSync("cp", ["--archive", kept, directory]);
}

/** Of a system: adds Node and npm where their official image has them. */
function addNode(directory: string): void {
  const local = join(directory, "usr", "local");
  copyFileSync(process.execPath, join(local, "bin", "node"));
  const cli = execFileSync("bash", ["-c", 'realpath "$(command -v npm)"'], { encoding: "utf8" }).trim();
  mkdirSync(join(local, "lib", "node_modules"), { recursive: true });
  cpSync(dirname(dirname(cli)), join(local, "lib", "node_modules", "npm"), { recursive: true });
  execFileSync("ln", ["-sf", "../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin", "npm")]);
}

/**
 * Stand-ins for the two base images, which come from no package registry: a Debian with Node and npm, and a directory with
 * Node and the libraries that it is linked against, as the image without a shell has them. Made below `directory`; `load`
 * takes each under its name.
 */
export function makeBaseImages(
  directory: string,
  scratch: string,
  load: (directory: string, name: string) => void,
): void {
  const debian = join(directory, "debian");
  makeDebian(debian, scratch);
  addNode(debian);
  load(debian, "localhost/node-build");
  const bare = join(directory, "bare");
  mkdirSync(join(bare, "nodejs", "bin"), { recursive: true });
  mkdirSync(join(bare, "tmp"), { recursive: true });
  copyFileSync(process.execPath, join(bare, "nodejs", "bin", "node"));
  copyLibraries(process.execPath, bare);
  load(bare, "localhost/node-runtime");
}

/** Copies what a program is linked against to the same paths below `root`. */
export function copyLibraries(program: string, root: string): void {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  for (const [, path = ""] of listed.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
}
