import type { Sandbox } from "../../sandbox/server.ts";

/** Lets the sandbox hold back pages of members until the returned function is called. */
export function holdMembers(sandbox: Sandbox): { readonly isAsked: Promise<void>; release(): void } {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const off = sandbox.onRequest(async ({ path }) => {
    if (!/\/members\/$/.test(path)) return undefined;
    asked.resolve();
    await gate.promise;
    return undefined;
  });
  return {
    isAsked: asked.promise,
    release() {
      off();
      gate.resolve();
    },
  };
}
