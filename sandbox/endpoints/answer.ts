/** An HTTP answer before it is sent: made by the routes, altered by faults, written by delivery.ts. */

/** Status, headers and body. `Content-Length` is added when it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A JSON answer with the headers that Cloudsmith puts on all of them. */
export function jsonAnswer(
  status: number,
  body: Buffer | string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "Content-Type": "application/json", Allow: "GET, OPTIONS", ...headers },
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/** An error as the API words it: a JSON object with a `detail` (Cloudsmith API: ErrorDetail). */
export function errorAnswer(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, JSON.stringify({ detail }), headers);
}

/** Unknown, or not to be seen by this caller: the API does not tell the two apart. */
export function notFound(): Answer {
  return errorAnswer(404, "The sandbox has nothing here, or nothing this key may see.");
}

/** The key's role is too low. */
export function forbidden(): Answer {
  return errorAnswer(403, "This key's role in the sandbox organization does not allow that.");
}
