/** S2, how to run: once to a file, as a service for C1, or on a schedule here. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { modeTexts, readMode } from "../connector/modes.ts";
import { LinkButton } from "../design/button.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { Form } from "../design/form.tsx";
import { Page } from "../design/page.tsx";
import { connectorCrumbs } from "../shell/crumbs.ts";
import { Steps } from "./steps.tsx";

/** The screen. */
export function HowToRun() {
  const { query, route } = useLocation();
  const [mode, setMode] = useState(readMode(query["mode"]));
  return (
    <Page title="How to run" crumbs={connectorCrumbs("How to run", "Add connector")} width="narrow">
      <Steps current="How to run" />
      <Form
        action={{ run: () => route(`/connectors/add/owner?mode=${mode}`), isBusy: false, failure: null }}
        submit="Next"
        isWide={true}
        others={<LinkButton kind="quiet" href="/connectors/add" text="Back" />}
      >
        <fieldset class="choices">
          <legend>How should this connector run?</legend>
          {modeTexts.map((text) => (
            <div key={text.mode} class="choice">
              <label>
                <input
                  type="radio"
                  name="mode"
                  value={text.mode}
                  checked={mode === text.mode}
                  onChange={() => setMode(text.mode)}
                />
                <span>
                  <span class="choice-title">{text.title}</span>
                  <span class="muted">{text.text}</span>
                </span>
              </label>
              <CodeBlock label={`command line for “${text.title}”`} text={text.command} />
            </div>
          ))}
        </fieldset>
      </Form>
    </Page>
  );
}
