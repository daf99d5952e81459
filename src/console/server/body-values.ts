/** Bodies of requests, checked: what an address takes is said once, and anything else is refused. */
import type { Context } from "hono";
import type { z } from "zod";
import { badRequest } from "./failure-response.ts";

/**
 * The JSON of a request, as `schema` has it; unknown names are refused, because they would be ignored in silence.
 * @throws BatonError `CONSOLE-BAD-REQUEST`
 */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await context.req.text();
  const parsed = schema.safeParse(parseJson(text === "" ? "{}" : text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // Where it is wrong, never what it says: it may be a key.
  throw badRequest(`${issue?.path.map(String).join(".") || "The body"} is not what this address takes.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("The body is not JSON.");
  }
}
