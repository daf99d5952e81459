/** The frame around all screens: who may see them, the side bar, and which screen belongs to which address. */

import { useEffect } from "preact/hooks";
import { LocationProvider } from "preact-iso";
import type { Failure } from "../contract/failures.ts";
import { openSession } from "./api/api.ts";
import { failureFrom } from "./api/api-error.ts";
import { closeEvents, connection, openEvents } from "./api/events.ts";
import { session } from "./api/session.ts";
import { Store, useStore } from "./api/store.ts";
import { Banner } from "./design/banner.tsx";
import { ToastRegion } from "./design/toast.tsx";
import { Screens } from "./screens.tsx";
import { Sidebar } from "./shell/sidebar.tsx";
import { NotRunning, SignInAgain } from "./shell/signed-out.tsx";

/** Why the first question was not answered; null while it is open or once it was. */
const startFailure = new Store<Failure | null>(null);

async function start(): Promise<void> {
  startFailure.set(null);
  try {
    await openSession();
    openEvents();
  } catch (error) {
    if (session.value.kind !== "signed-out") startFailure.set(failureFrom(error));
  }
}

/** The application. */
export function App() {
  const state = useStore(session);
  const failure = useStore(startFailure);
  useEffect(() => void start(), []);
  useEffect(() => {
    if (state.kind === "signed-out") closeEvents();
  }, [state.kind]);

  if (state.kind === "signed-out") return <SignInAgain failure={state.failure} />;
  if (state.kind === "signed-in") return <Shell />;
  return failure ? <NotRunning failure={failure} onRetry={() => void start()} /> : null;
}

function Shell() {
  return (
    <LocationProvider>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <div class="shell">
        <Sidebar />
        <main class="main" id="main" tabIndex={-1}>
          <ConnectionNotice />
          <Screens />
        </main>
      </div>
      <ToastRegion />
    </LocationProvider>
  );
}

function ConnectionNotice() {
  if (useStore(connection) !== "lost") return null;
  return (
    <div class="connection-notice">
      <Banner tone="warn" title="The console does not answer. Trying again…" isUrgent={true}>
        <p>
          What this page shows may be old. If you stopped the program, start it again with: baton-cloudsmith console
        </p>
      </Banner>
    </div>
  );
}
