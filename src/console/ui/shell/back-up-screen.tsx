/** A back-up of the console, and how it is restored. */
import { LinkButton } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { Page } from "../design/page.tsx";

/** The screen of the address /back-up. */
export function BackUpScreen() {
  return (
    <Page title="Back-up" width="narrow">
      <Card title="Make a back-up">
        <p>
          One file with connectors, history, files of syncs, reviews, people with a link and the audit log, as they are
          at one moment. It holds personal data. API keys that the console sealed with a key of its own are not in it:
          they are asked for again after a restore.
        </p>
        <div class="actions">
          <LinkButton kind="primary" icon="download" href="/api/back-up" download={true} text="Download a back-up" />
        </div>
      </Card>
      <Card title="Restore one">
        <p>On the machine of the console, into a data directory that is empty or not there:</p>
        <CodeBlock
          label="command"
          text="baton-cloudsmith console --restore console-back-up.backup --data-dir NEW-DIRECTORY"
          isWrapped={true}
        />
      </Card>
    </Page>
  );
}
