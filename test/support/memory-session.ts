/** A connector's memory of one sync, kept nowhere else: for tests that ask a connector without an engine. */
import type { SessionStore } from "../../src/sdk/contracts/connector.ts";

/** Creates an empty one. */
export function memorySession(): SessionStore {
  const values = new Map<string, Uint8Array>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    keys: (prefix) => [...values.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}
