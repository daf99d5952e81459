/** What is seen without a session: how to get one, or that the program does not run. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Failure } from "../../contract/failures.ts";
import { FailureText } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { CodeBlock } from "../design/code-block.tsx";

/** "Sign in again": the server's own words, and how to print a new link. */
export function SignInAgain({ failure }: { failure: Failure | null }) {
  return (
    <SignedOut title="Sign in again">
      {failure && <FailureText failure={failure} />}
      {!failure && <p>You signed out. What was synced is kept, and schedules go on.</p>}
      <p>Who runs the console prints a new link in a terminal on its machine. It works once, for five minutes:</p>
      <CodeBlock label="command that prints a new link" text="baton-cloudsmith console --link" />
    </SignedOut>
  );
}

/** Nobody answers at this address. */
export function NotRunning({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <SignedOut title={failure.title}>
      <FailureText failure={failure} />
      <div class="actions">
        <Button kind="primary" onClick={onRetry} text="Try again" />
      </div>
    </SignedOut>
  );
}

function SignedOut({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · baton-cloudsmith`;
  }, [title]);
  return (
    <main class="signed-out">
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
