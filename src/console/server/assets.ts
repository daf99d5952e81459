/**
 * The built page: read once, kept in memory, found by exact address. So no request ever names a file. In a checkout and
 * in the package it lies in dist-console/, in the single executable it is part of the program. Answers hold the smallest form
 * that the browser takes, or say that it has it already.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { getAsset, getAssetKeys, isSea } from "node:sea";
import type { Context } from "hono";
import { BatonError, Status } from "../../sdk/errors.ts";

/** One file of the page. */
export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Compressed forms by the name of their coding, the smallest first. */
  readonly encoded: readonly (readonly [coding: string, bytes: Uint8Array<ArrayBuffer>])[];
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content, so that a browser need not ask again. */
  readonly isImmutable: boolean;
}

/** Assets by address, such as `/assets/icon.svg`; the page itself is `/index.html`. */
export type Assets = ReadonlyMap<string, Asset>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};
const codings: readonly (readonly [coding: string, extension: string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];
const forAYear = "public, max-age=31536000, immutable";
const hashedName = /-[A-Z0-9]{8}\.[a-z0-9]+$/;
/** What keys of the executable's assets begin with. */
const embeddedPrefix = "console/";

/** Reads the page. @throws BatonError `CONSOLE-NOT-BUILT` */
export function loadAssets(): Assets {
  if (isSea()) return assetsFrom(embeddedFiles());
  const directory = builtDirectory();
  const paths = globSync("**/*.*", { cwd: directory });
  return assetsFrom(new Map(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(directory, path))])));
}

/** Assets from files by their path below dist-console. */
export function assetsFrom(files: ReadonlyMap<string, Uint8Array>): Assets {
  const assets = new Map<string, Asset>();
  for (const [path, content] of files) {
    const type = types[extname(path)];
    if (type === undefined) continue;
    const encoded = codings.flatMap(([coding, extension]) => {
      const packed = files.get(path + extension);
      return packed ? [[coding, Uint8Array.from(packed)] as const] : [];
    });
    const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 27)}"`;
    const bytes = Uint8Array.from(content);
    assets.set(`/${path}`, { bytes, encoded, type, etag, isImmutable: hashedName.test(path) });
  }
  if (!assets.has("/index.html")) throw notBuilt();
  return assets;
}

/** Answers with 200, or 304 when the browser has this very content. */
export function serveAsset(context: Context, asset: Asset): Response {
  context.header("etag", asset.etag);
  context.header("cache-control", asset.isImmutable ? forAYear : "no-cache");
  context.header("vary", "accept-encoding");
  if (context.req.header("if-none-match") === asset.etag) return context.body(null, 304);
  context.header("content-type", asset.type);
  const accepted = acceptedCodings(context.req.header("accept-encoding"));
  const packed = asset.encoded.find(([coding]) => accepted.has(coding));
  if (packed) context.header("content-encoding", packed[0]);
  return context.body(packed?.[1] ?? asset.bytes);
}

/** Codings that the browser names, without those that it refuses with the weight 0. */
function acceptedCodings(header = ""): ReadonlySet<string> {
  const parts = header.split(",").map((part) => part.trim().toLowerCase());
  return new Set(parts.filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part)).map((part) => part.split(";")[0] ?? ""));
}

function embeddedFiles(): ReadonlyMap<string, Uint8Array> {
  const keys = getAssetKeys().filter((key) => key.startsWith(embeddedPrefix));
  return new Map(keys.map((key) => [key.slice(embeddedPrefix.length), new Uint8Array(getAsset(key))]));
}

/** Sources lie one level less deep than what is built of them: the first folder above with the page is it. */
function builtDirectory(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "dist-console");
    if (existsSync(join(candidate, "index.html"))) return candidate;
    if (existsSync(join(folder, "package.json"))) break;
  }
  throw notBuilt();
}

function notBuilt(): BatonError {
  return new BatonError({
    code: "CONSOLE-NOT-BUILT",
    status: Status.failedPrecondition,
    message: "The console's page is not built.",
    effect: "The console was not started.",
    hint: "In a checkout, run `npm run build:console`. A package or executable without it is broken: install it again.",
  });
}
