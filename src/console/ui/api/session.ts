/** The session of this page: asked for once, kept in memory only, and ended by the server. */
import type { Failure } from "../../contract/failures.ts";
import type { Role } from "../../contract/reviews.ts";
import type { SessionInfo } from "../../contract/session.ts";
import { Store, useStore } from "./store.ts";

/** Where the page stands: asking, signed in, or out. `failure` says why, in the server's words where it gave any. */
export type SessionState =
  | { readonly kind: "asking" }
  | { readonly kind: "signed-in"; readonly info: SessionInfo }
  | { readonly kind: "signed-out"; readonly failure: Failure | null };

/** The one session. */
export const session = new Store<SessionState>({ kind: "asking" });

/** Notes that the server knows no session of ours; every screen gives way to "Sign in again". */
export function endSession(failure: Failure | null): void {
  session.set({ kind: "signed-out", failure });
}

/** What goes back in the header of every POST; "" while signed out, which the server refuses. */
export function csrfToken(): string {
  return session.value.kind === "signed-in" ? session.value.info.csrfToken : "";
}

/** What the person may do; the least while that is not known. */
export function useRole(): Role {
  const state = useStore(session);
  return state.kind === "signed-in" ? state.info.role : "viewer";
}
