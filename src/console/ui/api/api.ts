/** Calls of the console's API: JSON in and out, failures as `ApiError`. The one file of the page that calls `fetch`. */
import { pageHeader } from "../../contract/events.ts";
import type { SessionInfo } from "../../contract/session.ts";
import { ApiError, failureOf, unreachableFailure } from "./api-error.ts";
import { csrfToken, endSession, session } from "./session.ts";

/** The name of this page among all that are open. */
export const ownPage = crypto.getRandomValues(new Uint32Array(2)).join("-");

/**
 * GET of `path`, which begins with `/api/`. The caller names the type that the contract gives the path; the server is
 * built from the same contract.
 */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call(path, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) })) as T;
}

/** POST of a JSON body. */
export async function postJson<T>(path: string, body: unknown = {}): Promise<T> {
  return (await call(path, post("application/json", JSON.stringify(body)))) as T;
}

/** POST of a JSON body that is answered with a file. */
export async function postForFile(path: string, body: unknown): Promise<Blob> {
  const response = await send(path, post("application/json", JSON.stringify(body)));
  if (response.ok) return await response.blob();
  throw refused(await jsonOf(response), response.status);
}

/** POST of a file's bytes. */
export async function postBytes<T>(path: string, bytes: Blob): Promise<T> {
  return (await call(path, post("application/octet-stream", bytes))) as T;
}

function post(type: string, body: string | Blob): RequestInit {
  const headers = { "content-type": type, "x-csrf-token": csrfToken(), [pageHeader]: ownPage };
  return { method: "POST", headers, body };
}

/** Asks who we are; the session's state is what comes of it. Throws when nobody answers. */
export async function openSession(): Promise<void> {
  const info = await getJson<SessionInfo>("/api/session");
  session.set({ kind: "signed-in", info });
}

/** Ends the session on the server, then here. */
export async function signOut(): Promise<void> {
  await postJson("/api/sign-out");
  endSession(null);
}

async function call(path: string, init: RequestInit): Promise<unknown> {
  const response = await send(path, init);
  const body = await jsonOf(response);
  if (response.ok) return body;
  throw refused(body, response.status);
}

function refused(body: unknown, status: number): ApiError {
  const error = new ApiError(failureOf(body, status), status);
  if (status === 401) endSession(error.failure);
  return error;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    // Called off by us: not a failure of the server's.
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(unreachableFailure(), 0);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // No JSON: an answer without a body, or not from the console.
    return null;
  }
}
