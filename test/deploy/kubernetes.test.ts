import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

const deploy = join(import.meta.dirname, "..", "..", "deploy");
const chart = join(deploy, "helm", "baton-cloudsmith");
const exampleValues = join(deploy, "helm", "example-values.yaml");
const rendered = join(deploy, "helm", "example-rendered.yaml");

/** What the "restricted" profile and the house ask of a container; anything else is an error (Pod Security Standards). */
const container = z.object({
  name: z.literal("baton-cloudsmith"),
  image: z.string().regex(/:(?!latest)[\w.]+$/),
  command: z.undefined().optional(),
  args: z.undefined().optional(),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    runAsNonRoot: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
  livenessProbe: z.object({ httpGet: z.object({ path: z.literal("/live") }) }).optional(),
  readinessProbe: z.object({ httpGet: z.object({ path: z.literal("/ready") }) }).optional(),
});
const pod = z.object({
  automountServiceAccountToken: z.literal(false),
  hostNetwork: z.undefined().optional(),
  hostPID: z.undefined().optional(),
  terminationGracePeriodSeconds: z.number().gte(15),
  securityContext: z.object({
    runAsNonRoot: z.literal(true),
    runAsUser: z.number().gt(0),
    seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
  }),
  containers: z.tuple([container]),
  volumes: z.array(
    z.union([
      z.strictObject({ name: z.string(), emptyDir: z.object({ sizeLimit: z.string() }) }),
      z.strictObject({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }) }),
      z.strictObject({
        name: z.string(),
        secret: z.object({ secretName: z.string(), defaultMode: z.literal(0o440), items: z.array(z.unknown()) }),
      }),
    ]),
  ),
});
const deployment = z.object({
  kind: z.literal("Deployment"),
  spec: z.object({
    replicas: z.literal(1),
    strategy: z.strictObject({ type: z.literal("Recreate") }),
    template: z.object({ spec: pod }),
  }),
});
const cronJob = z.object({
  kind: z.literal("CronJob"),
  spec: z.object({
    concurrencyPolicy: z.literal("Forbid"),
    schedule: z.string(),
    jobTemplate: z.object({ spec: z.object({ template: z.object({ spec: pod }) }) }),
  }),
});

type Pod = z.infer<typeof pod>;

/** All pods of a file, each checked. */
function podsOf(path: string): readonly Pod[] {
  const documents = parseAllDocuments(readFileSync(path, "utf8"), { version: "1.1" });
  return documents.flatMap((document): Pod[] => {
    assert.deepEqual(document.errors, []);
    const value: unknown = document.toJS();
    const { kind } = z.object({ kind: z.string() }).parse(value);
    assert.notEqual(kind, "Secret", "secrets are referenced, not written down");
    if (kind === "Deployment") return [deployment.parse(value).spec.template.spec];
    if (kind === "CronJob") return [cronJob.parse(value).spec.jobTemplate.spec.template.spec];
    return [];
  });
}

for (const [path, count] of [
  ["kubernetes/service.yaml", 1],
  ["kubernetes/sync.yaml", 1],
  ["helm/example-rendered.yaml", 2],
] as const) {
  test(`every pod of deploy/${path} keeps to the restricted profile and gets secrets as files only`, () => {
    const pods = podsOf(join(deploy, path));
    assert.equal(pods.length, count);
    for (const { containers, volumes } of pods) {
      const [{ env, volumeMounts }] = containers;
      assert.ok(env.some(({ name }) => name === "BATON_API_KEY_FILE"));
      for (const { name, value } of env) {
        if (/KEY|SECRET|TOKEN/.test(name)) assert.match(value, /^\/secrets\/[a-z-]+$/, name);
      }
      assert.deepEqual(
        volumeMounts.map(({ name }) => name).toSorted(),
        volumes.map(({ name }) => name).toSorted(),
        "every volume is mounted",
      );
    }
  });
}

test("a Deployment is probed on /live and /ready, and a CronJob is not probed", () => {
  const [job, service] = podsOf(rendered)
    .toSorted((a, b) => a.volumes.length - b.volumes.length)
    .toReversed();
  assert.ok(service?.containers[0].livenessProbe && service.containers[0].readinessProbe);
  assert.ok(job && !job.containers[0].livenessProbe && !job.containers[0].readinessProbe);
});

test("the chart is of the program's version", () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(deploy, "..", "package.json"), "utf8")));
  const about = z.object({ appVersion: z.string() }).parse(parse(readFileSync(join(chart, "Chart.yaml"), "utf8")));
  assert.equal(about.appVersion, version);
});

const helmMissing = spawnSync("helm", ["version"]).status === 0 ? false : "helm is not on PATH";

function helm(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("helm", args, { encoding: "utf8" });
}

test("the chart renders what deploy/helm/example-rendered.yaml says", { skip: helmMissing }, () => {
  const run = helm(
    "template",
    "example",
    chart,
    "--namespace",
    "baton",
    "--kube-version",
    "1.31.0",
    "-f",
    exampleValues,
  );
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stdout, readFileSync(rendered, "utf8"));
});

for (const [what, values] of [
  ["a service without a client id", 'organizations=[{"name":"a","slug":"s","secretName":"x","mode":"service"}]'],
  ["a key among the variables", 'env={"BATON_API_KEY":"key"}'],
  ["a misspelt value", "organisations=[]"],
] as const) {
  test(`the chart refuses ${what}`, { skip: helmMissing }, () => {
    const run = helm("template", "x", chart, "--kube-version", "1.31.0", "--set-json", values);
    assert.notEqual(run.status, 0);
    assert.match(run.stderr, /don't meet the specifications of the schema/);
  });
}
