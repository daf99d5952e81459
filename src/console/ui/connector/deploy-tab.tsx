/** S8, Deploy: files for running the connector elsewhere. Keys stand in them as placeholders, always. */
import { useState } from "preact/hooks";
import type { DeployFile, DeployTarget } from "../../contract/connectors.ts";
import { useData } from "../api/use-data.ts";
import { Card } from "../design/card.tsx";
import { CodeBlock } from "../design/code-block.tsx";
import { Segments } from "../design/field.tsx";
import { Loaded } from "../design/loaded.tsx";
import { connectorApi } from "./connector-paths.ts";
import type { TabProps } from "./use-connector.ts";

const targets: readonly { readonly value: DeployTarget; readonly label: string }[] = [
  { value: "docker", label: "Docker" },
  { value: "compose", label: "Compose" },
  { value: "kubernetes", label: "Kubernetes" },
  { value: "helm", label: "Helm values" },
  { value: "systemd", label: "systemd" },
  { value: "windows", label: "Windows service" },
  { value: "ecs", label: "AWS ECS" },
];

/** The tab. */
export function DeployTab({ connector }: TabProps) {
  const [target, setTarget] = useState<DeployTarget>("docker");
  const files = useData<{ readonly files: readonly DeployFile[] }>(
    connectorApi(connector.id, `/deploy?target=${target}`),
  );
  return (
    <div class="stack">
      <p class="muted measure">
        Run this connector on a platform of your own. The files hold your organization's slug; every key and secret is a
        placeholder that you fill in where you deploy.
      </p>
      <div class="row">
        <Segments legend="Platform" value={target} options={targets} onChange={setTarget} />
      </div>
      <Loaded of={files} lines={8} isCard={true}>
        {(data) =>
          data.files.map((file) => (
            <Card key={file.name} title={file.name}>
              <CodeBlock label={`content of ${file.name}`} text={file.text} />
            </Card>
          ))
        }
      </Loaded>
    </div>
  );
}
