/** S0, the welcome screen: what this is, where things are kept, and the ways to begin. */
import { session } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { LinkButton } from "../design/button.tsx";
import { FactList } from "../design/facts.tsx";
import { Icon } from "../design/icon.tsx";
import { Page } from "../design/page.tsx";
import { SampleButton } from "./sample-button.tsx";

/** The first screen of a console without connectors. */
export function Welcome() {
  const state = useStore(session);
  return (
    <Page
      title="Welcome"
      width="narrow"
      lead="See who has access to your Cloudsmith organization: members, roles and teams, with the reviews an auditor asks for."
    >
      <div class="ways">
        <section class="card way" aria-labelledby="path-set-up">
          <Icon name="connectors" size={24} />
          <div class="stack-tight">
            <h2 id="path-set-up">Set up Cloudsmith</h2>
            <p class="muted">With an API key of your organization. It takes about three minutes.</p>
          </div>
          <LinkButton kind="primary" href="/connectors/add" text="Add connector" />
        </section>
        <section class="card way" aria-labelledby="path-open">
          <Icon name="file" size={24} />
          <div class="stack-tight">
            <h2 id="path-open">Open a .c1z file</h2>
            <p class="muted">A file that this or any other Baton connector wrote.</p>
          </div>
          <LinkButton href="/files" text="Open a file" />
        </section>
      </div>
      <section class="card way way-wide" aria-labelledby="path-sample">
        <div class="stack-tight">
          <h2 id="path-sample">Only looking?</h2>
          <p class="muted">A made-up organization runs on your machine. No account and no key are needed.</p>
        </div>
        <SampleButton />
      </section>
      {state.kind === "signed-in" && (
        <section class="stack-tight" aria-label="About this console">
          <p class="muted">
            Nothing leaves this machine but requests to Cloudsmith's API, and to C1 if you link it. There is no
            telemetry.
          </p>
          <FactList
            facts={[
              ["Version", state.info.version],
              ["Data folder", <code key="dir">{state.info.dataDir}</code>],
            ]}
          />
        </section>
      )}
    </Page>
  );
}
