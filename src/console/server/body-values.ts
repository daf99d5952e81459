/** Bodies of requests, checked: what an address takes is said once, and anything else is refused. */
import type { Context } from "hono";
import { z } from "zod";
import { mostListBytes } from "../contract/reviews.ts";
import { badRequest, tooLarge } from "./failure-response.ts";

/** Bytes of a body, but for the upload of a file. */
const maxBodyBytes = 1024 * 1024;
/** Of one that may hold a list of people, in base64 and with what stands around it. */
const maxListBodyBytes = Math.ceil(mostListBytes / 3) * 4 + 65_536;
const listPaths = /^\/api\/(?:reviews|sources\/[^/]+\/list(?:\/export)?)$/;

function maxBytesOf({ req }: Context): number {
  return listPaths.test(req.path) ? maxListBodyBytes : maxBodyBytes;
}

/** Refuses a body by its announced length, before anything of it is read. @throws BatonError `CONSOLE-TOO-LARGE` */
export function refuseLargeBody(context: Context): void {
  if (Number(context.req.header("content-length") ?? 0) > maxBytesOf(context)) throw tooLarge();
}

/** The body, whether its length was announced or it comes in chunks. @throws BatonError `CONSOLE-TOO-LARGE` */
async function readText(context: Context): Promise<string> {
  const reader = context.req.raw.body?.getReader();
  const maxBytes = maxBytesOf(context);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const piece = (await reader?.read())?.value;
    if (piece === undefined) return Buffer.concat(pieces).toString("utf8");
    bytes += piece.length;
    // What is left is not waited for: the answer goes out, and the connection ends.
    if (bytes > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
}

/**
 * The JSON of a request, as `schema` has it; unknown names are refused, because they would be ignored in silence.
 * @throws BatonError `CONSOLE-BAD-REQUEST` or `CONSOLE-TOO-LARGE`
 */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(context);
  const parsed = schema.safeParse(parseJson(text === "" ? "{}" : text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // Where it is wrong, never what it says: it may be a key.
  const where = issue?.path.map(String).join(".") || "The body";
  if (issue?.code === "too_big" && issue.origin === "string") {
    throw badRequest(`The ${where} has more than ${issue.maximum} characters.`, "Shorten it.");
  }
  throw badRequest(`${where} is not what this address takes.`);
}

/** The body of a request that takes nothing. @throws BatonError as `readBody` */
export async function readNothing(context: Context): Promise<Readonly<Record<string, undefined>>> {
  return await readBody(context, z.strictObject({}));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("The body is not JSON.");
  }
}
