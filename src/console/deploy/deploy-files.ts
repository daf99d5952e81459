/**
 * Files that run a connector elsewhere, filled in with what is no secret. They are those of deploy/, so that there is
 * one place to keep them right. It is not given keys and secrets, so that none can get into a file.
 */
import { stringify } from "yaml";
import type { DeployFile, DeployTarget, RunMode, Schedule } from "../contract/connectors.ts";
import { readTemplate, type TemplateName } from "./deploy-templates.ts";

/** What is filled in. */
export interface DeployFacts {
  readonly mode: RunMode;
  readonly orgSlug: string;
  readonly c1ClientId: string;
  readonly schedule: Schedule;
}

type Language = DeployFile["language"];
type Make = (facts: DeployFacts) => readonly DeployFile[];

const makers: Readonly<Record<DeployTarget, Make>> = {
  docker: (facts) => [
    filled(isService(facts) ? "container/docker-service.sh" : "container/docker-run.sh", "shell", facts),
  ],
  compose: (facts) => [filled("container/compose.yaml", "yaml", facts), file(".env", "ini", composeSettings(facts))],
  kubernetes: (facts) => [
    file("create-secret.sh", "shell", kubernetesSecret("baton-cloudsmith", facts)),
    filled("kubernetes/namespace.yaml", "yaml", facts),
    isService(facts) ? filled("kubernetes/service.yaml", "yaml", facts) : scheduled(facts),
  ],
  helm: (facts) => [
    file("create-secret.sh", "shell", kubernetesSecret(`${resourceName(facts)}-cloudsmith`, facts)),
    file("values.yaml", "yaml", helmValues(facts)),
  ],
  systemd: (facts) => systemdFiles(facts),
  windows: (facts) => [filled("windows/install-task.ps1", "powershell", facts)],
  ecs: (facts) => [
    filled(isService(facts) ? "ecs/task-definition.json" : "ecs/sync-task-definition.json", "json", facts),
  ],
};

/** The files for a platform. Values that only the platform's owner knows stand in capitals. */
export function deployFiles(target: DeployTarget, facts: DeployFacts): readonly DeployFile[] {
  return makers[target](facts);
}

function isService({ mode }: DeployFacts): boolean {
  return mode === "service";
}

function file(name: string, language: Language, text: string): DeployFile {
  return { name, language, text };
}

function filled(template: TemplateName, language: Language, facts: DeployFacts): DeployFile {
  const name = template.slice(template.lastIndexOf("/") + 1);
  const text = readTemplate(template)
    .replaceAll(/\bORGANIZATION\b/g, slugOf(facts))
    .replaceAll(
      /(?<![A-Z_])CLIENT_ID\b/g,
      isService(facts) ? clientIdOf(facts) : (noClientId[language] ?? "CLIENT_ID"),
    );
  return file(name, language, text);
}

/** A task that does not work for C1 has an empty one; elsewhere it is not asked for. */
const noClientId: Partial<Record<Language, string>> = { powershell: "" };

/** The slug's own signs are harmless in every kind of file. */
function slugOf({ orgSlug }: DeployFacts): string {
  return /^[-\w]+$/.test(orgSlug) ? orgSlug : "ORGANIZATION";
}

/** Anything but a plain id stays a placeholder: it would have to be quoted differently in every kind of file. */
function clientIdOf({ c1ClientId }: DeployFacts): string {
  return /^[\w.:@/-]+$/.test(c1ClientId) ? c1ClientId : "CLIENT_ID";
}

function composeSettings(facts: DeployFacts): string {
  const clientId = isService(facts) ? `BATON_CLIENT_ID=${clientIdOf(facts)}\n` : "";
  const profile = isService(facts) ? "service" : "sync";
  return `# Read by docker compose from the directory of compose.yaml. Secrets lie in secrets/, see there.
COMPOSE_PROFILES=${profile}
BATON_IMAGE=REGISTRY/baton-cloudsmith:VERSION
BATON_ORG_SLUG=${slugOf(facts)}
${clientId}`;
}

function kubernetesSecret(name: string, facts: DeployFacts): string {
  const files = isService(facts) ? "--from-file=api-key --from-file=client-secret" : "--from-file=api-key";
  return `#!/bin/sh
# api-key${isService(facts) ? " and client-secret are files" : " is a file"} in this directory that hold${isService(facts) ? "" : "s"} nothing else. Delete ${isService(facts) ? "them" : "it"} afterwards.
exec kubectl --namespace baton create secret generic ${name} ${files}
`;
}

function scheduled(facts: DeployFacts): DeployFile {
  const made = filled("kubernetes/sync.yaml", "yaml", facts);
  const { schedule } = facts;
  if (schedule.kind !== "cron") return made;
  const lines = `  schedule: ${JSON.stringify(schedule.expression)}\n  timeZone: ${JSON.stringify(schedule.timeZone)}`;
  return { ...made, text: made.text.replace(/^ {2}schedule: .*$/m, () => lines) };
}

function helmValues(facts: DeployFacts): string {
  const name = resourceName(facts);
  const common = { name, slug: slugOf(facts), secretName: `${name}-cloudsmith` };
  const { schedule } = facts;
  const organization = isService(facts)
    ? { ...common, mode: "service", clientId: clientIdOf(facts) === "CLIENT_ID" ? "NAME@TENANT/ID" : clientIdOf(facts) }
    : { ...common, mode: "cron", ...(schedule.kind === "cron" && { schedule: schedule.expression }) };
  return stringify({
    image: { repository: "REGISTRY/baton-cloudsmith", tag: "VERSION" },
    organizations: [organization],
  });
}

/** Names of Kubernetes are in lower case, without underscores, and the chart takes thirty characters. */
function resourceName(facts: DeployFacts): string {
  const name = slugOf(facts)
    .toLowerCase()
    .replaceAll("_", "-")
    .slice(0, 30)
    .replaceAll(/^-+|-+$/g, "");
  return name || "organization";
}

function systemdFiles(facts: DeployFacts): readonly DeployFile[] {
  const slug = slugOf(facts);
  const directory = `/etc/baton-cloudsmith/${slug}`;
  const unit = isService(facts) ? `baton-cloudsmith@${slug}.service` : `baton-cloudsmith-sync@${slug}.timer`;
  const install = `#!/bin/sh
# Run as root, with the executable at /usr/local/bin/baton-cloudsmith and the units in /etc/systemd/system.
# The secrets are asked for, and kept where only root can read them.
set -eu
install -d -m 0700 ${directory}
umask 077
stty -echo; printf 'Cloudsmith API key: '; read -r KEY; stty echo; echo
printf %s "$KEY" > ${directory}/api-key
${isService(facts) ? systemdServicePart(directory) : ""}systemctl daemon-reload
systemctl enable --now ${unit}
`;
  if (!isService(facts)) {
    return [
      filled("systemd/baton-cloudsmith-sync@.service", "ini", facts),
      filled("systemd/baton-cloudsmith-sync@.timer", "ini", facts),
      file("install.sh", "shell", install),
    ];
  }
  return [
    filled("systemd/baton-cloudsmith@.service", "ini", facts),
    file("settings.env", "ini", `# ${directory}/settings.env\nBATON_CLIENT_ID=${clientIdOf(facts)}\n`),
    file("install.sh", "shell", install),
  ];
}

function systemdServicePart(directory: string): string {
  return `stty -echo; printf 'ConductorOne client secret: '; read -r SECRET; stty echo; echo
printf %s "$SECRET" > ${directory}/client-secret
install -m 0600 settings.env ${directory}/settings.env
`;
}
