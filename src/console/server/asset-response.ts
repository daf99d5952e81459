/** Answers with a file of the page: the smallest form that the browser takes, or that it has it already. */
import type { Context } from "hono";
import type { Asset } from "./assets.ts";

const forAYear = "public, max-age=31536000, immutable";

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
