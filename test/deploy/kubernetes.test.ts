import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { startSandbox } from "../../sandbox/server.ts";
import { renderArguments, renderedExample, renderedHeader } from "../../scripts/render-chart.ts";
import { runProgram, scratchDirectory } from "../e2e/program.ts";
import { typeProblems } from "./declared-types.ts";

const deploy = join(import.meta.dirname, "..", "..", "deploy");
const chart = join(deploy, "helm", "baton-cloudsmith");
const exampleValues = join(deploy, "helm", "example-values.yaml");

/** What the "restricted" profile and the house ask of a container; anything else is an error (Pod Security Standards). */
const container = z.object({
  name: z.literal("baton-cloudsmith"),
  image: z.string().regex(/:(?!latest)[\w.]+$/),
  command: z.undefined().optional(),
  args: z.array(z.string().regex(/^(validate$|--)/)).optional(),
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
  env: z.array(
    z.union([
      z.strictObject({ name: z.string(), value: z.string() }),
      z.strictObject({
        name: z.literal("BATON_HOST_ID"),
        valueFrom: z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.literal("metadata.name") }) }),
      }),
    ]),
  ),
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
    replicas: z.number(),
    strategy: z.strictObject({ type: z.literal("Recreate") }).optional(),
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

/** Files with manifests, and how many pods they make. */
const files = [
  ["kubernetes/service.yaml", 1],
  ["kubernetes/sync.yaml", 1],
  ["kubernetes/sync-to-s3.yaml", 1],
  ["helm/example-rendered.yaml", 8],
] as const;

function documentsOf(path: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(join(deploy, path), "utf8"), { version: "1.1" }).map((document): unknown => {
    assert.deepEqual(document.errors, [], path);
    return document.toJS();
  });
}

/** Where the types of the kinds that are used here are declared (kubernetes-types). */
const modules: Readonly<Record<string, string>> = {
  v1: "kubernetes-types/core/v1",
  "apps/v1": "kubernetes-types/apps/v1",
  "batch/v1": "kubernetes-types/batch/v1",
  "networking.k8s.io/v1": "kubernetes-types/networking/v1",
  "policy/v1": "kubernetes-types/policy/v1",
};

function declared(value: unknown) {
  const { apiVersion, kind } = z.object({ apiVersion: z.string(), kind: z.string() }).parse(value);
  return { module: modules[apiVersion] ?? assert.fail(apiVersion), type: kind, value };
}

test("every manifest is what Kubernetes declares: no field is unknown, missing or of another type", () => {
  const paths = [...files.map(([path]) => path), "kubernetes/namespace.yaml"];
  const values = paths.flatMap((path) => documentsOf(path)).map(declared);
  assert.ok(values.length >= 12);
  assert.equal(typeProblems(values), "");
  const [, service] = documentsOf("kubernetes/sync.yaml");
  const misspelt: unknown = JSON.parse(JSON.stringify(service).replace("concurrencyPolicy", "concurencyPolicy"));
  assert.match(typeProblems([declared(misspelt)]), /concurencyPolicy.*does not exist/);
});

test("the manifests in the set-up guide are what Kubernetes declares, and their probes run a program that the image has", () => {
  const guide = readFileSync(join(deploy, "..", "docs", "connector.mdx"), "utf8");
  const values = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]): unknown => parse(text));
  assert.equal(values.length, 2);
  assert.equal(typeProblems(values.map(declared)), "");
  const entry = readFileSync(join(deploy, "container/Containerfile"), "utf8").match(/ENTRYPOINT (.*)/)?.[1];
  const [, ...probes] = guide.split("exec:\n").map((part) => /command: (.*)/.exec(part)?.[1] ?? "");
  assert.equal(probes.length, 2);
  for (const probe of probes) assert.deepEqual(JSON.parse(probe).slice(0, 2), JSON.parse(entry ?? ""));
});

/** All pods of a file, each checked. */
function podsOf(path: string): readonly Pod[] {
  return documentsOf(path).flatMap((value): Pod[] => {
    const { kind } = z.object({ kind: z.string() }).parse(value);
    assert.notEqual(kind, "Secret", "secrets are referenced, not written down");
    if (kind === "Deployment") return [podOfDeployment(value)];
    if (kind === "Pod") return [z.object({ spec: pod }).parse(value).spec];
    if (kind === "CronJob") return [cronJob.parse(value).spec.jobTemplate.spec.template.spec];
    return [];
  });
}

/** Instances that have the same host id must not run at the same time. */
function podOfDeployment(value: unknown): Pod {
  const { replicas, strategy, template } = deployment.parse(value).spec;
  const hostId = template.spec.containers[0].env.find(({ name }) => name === "BATON_HOST_ID");
  assert.equal(hostId && "valueFrom" in hostId, replicas > 1);
  assert.equal(strategy?.type, replicas > 1 ? undefined : "Recreate");
  return template.spec;
}

for (const [path, count] of files) {
  test(`every pod of deploy/${path} keeps to the restricted profile and gets secrets as files only`, () => {
    const pods = podsOf(path);
    assert.equal(pods.length, count);
    for (const { containers, volumes } of pods) {
      const [{ env, volumeMounts }] = containers;
      assert.ok(env.some(({ name }) => name === "BATON_API_KEY_FILE"));
      for (const variable of env) {
        if (!/KEY|SECRET|TOKEN|CREDENTIALS/.test(variable.name)) continue;
        assert.ok("value" in variable && /^\/secrets\/[a-z-]+$/.test(variable.value), variable.name);
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
  for (const [path] of files) {
    for (const { containers } of podsOf(path)) {
      const [{ env, livenessProbe, readinessProbe }] = containers;
      const isService = env.some(({ name }) => name === "BATON_CLIENT_ID");
      assert.deepEqual([livenessProbe !== undefined, readinessProbe !== undefined], [isService, isService]);
    }
  }
});

test("what helm test runs says whether each organization's key is good, and writes nothing", async () => {
  const tests = podsOf("helm/example-rendered.yaml").filter(({ containers: [{ args }] }) => args?.[0] === "validate");
  assert.equal(tests.length, 4);
  await using sandbox = await startSandbox();
  using scratch = scratchDirectory();
  const { slug } = sandbox.organization;
  writeFileSync(join(scratch.path, "api-key"), sandbox.keys.service);
  const run = async ([{ args = [], env: variables }]: Pod["containers"]) => {
    const own = variables.flatMap((variable) =>
      "value" in variable ? [[variable.name, variable.value] as const] : [],
    );
    // The place of the secret, and an organization that there is.
    const moved = own.map(([name, value]) => [name, value.replace(/^\/secrets(?=\/)/, scratch.path)] as const);
    const env = { ...Object.fromEntries(moved), BATON_ORG_SLUG: slug, BATON_BASE_URL: sandbox.baseUrl };
    return await runProgram(args, { cwd: scratch.path, env });
  };
  for (const { containers } of tests) assert.equal((await run(containers)).code, 0);
  writeFileSync(join(scratch.path, "api-key"), "0".repeat(40));
  assert.equal((await run(tests[0]?.containers ?? assert.fail())).code, 16);
  assert.deepEqual(readdirSync(scratch.path), ["api-key"]);
});

test("a CronJob that syncs into an object has no volume that stays, and its credentials are a file or a role", () => {
  const pods = ["kubernetes/sync-to-s3.yaml", "helm/example-rendered.yaml"].flatMap((path) => podsOf(path));
  const settingOf = ({ containers: [{ env }] }: Pod, wanted: string): string | undefined => {
    const found = env.find(({ name }) => name === wanted);
    return found && "value" in found ? found.value : undefined;
  };
  const intoObjects = pods.filter((one) => settingOf(one, "BATON_FILE")?.startsWith("s3://"));
  assert.equal(intoObjects.length, 2);
  for (const one of intoObjects) {
    assert.deepEqual(
      one.volumes.map(({ name }) => name),
      ["work", "secrets"],
    );
    assert.equal(settingOf(one, "AWS_SHARED_CREDENTIALS_FILE"), "/secrets/aws-credentials");
    assert.ok(settingOf(one, "AWS_REGION"));
  }
});

test("the chart is of the program's version", () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(deploy, "..", "package.json"), "utf8")));
  const about = z.object({ appVersion: z.string() }).parse(parse(readFileSync(join(chart, "Chart.yaml"), "utf8")));
  assert.equal(about.appVersion, version);
});

test("deploy/helm/example-rendered.yaml was rendered from the chart as it is: npm run render:chart", () => {
  const [first = ""] = readFileSync(renderedExample, "utf8").split("\n", 1);
  assert.equal(first, renderedHeader());
});

const isValue = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")) as object, // a JSON Schema
);
const defaults = parse(readFileSync(join(chart, "values.yaml"), "utf8")) as object; // a YAML mapping

test("the default values and those of the example keep to the chart's schema", () => {
  const example = parse(readFileSync(exampleValues, "utf8")) as object; // a YAML mapping
  assert.ok(isValue(defaults), JSON.stringify(isValue.errors));
  assert.ok(isValue({ ...defaults, ...example }), JSON.stringify(isValue.errors));
});

const org = { name: "a", slug: "s", secretName: "x" };
const cron = { ...org, mode: "cron" };
const refused: readonly (readonly [what: string, values: Readonly<Record<string, unknown>>])[] = [
  ["a service without a client id", { organizations: [{ ...org, mode: "service" }] }],
  [
    "a service that writes a file",
    { organizations: [{ ...org, mode: "service", clientId: "a@b/c", file: "s3://bucket/k" }] },
  ],
  ["a CronJob with replicas", { organizations: [{ ...org, mode: "cron", replicas: 2 }] }],
  ["an address that is no object's", { organizations: [{ ...org, mode: "cron", file: "s3://bucket/" }] }],
  ["a path, which would not stay", { organizations: [{ ...org, mode: "cron", file: "/work/sync.c1z" }] }],
  [
    "a volume that would not be used",
    { organizations: [{ ...org, mode: "cron", file: "s3://bucket/k", storage: { size: "1Gi" } }] },
  ],
  ["credentials for nothing", { organizations: [{ ...org, mode: "cron", awsCredentials: true }] }],
  ["a key among the variables", { env: { BATON_API_KEY: "key" } }],
  ["a key of AWS among the variables", { env: { AWS_SECRET_ACCESS_KEY: "key" } }],
  ["a misspelt value", { organisations: [] }],
  ["a variable that the chart sets", { env: { BATON_HOST_ID: "x" } }],
  ["a variable that the chart sets, of one organization", { organizations: [{ ...cron, env: { BATON_FILE: "x" } }] }],
  ["a key among the arguments", { organizations: [{ ...cron, args: ["--api-key=x"] }] }],
  ["something to sync that there is not", { organizations: [{ ...cron, requested: ["packages"] }] }],
  ["an engine that nobody has", { organizations: [{ ...cron, engine: "rocks" }] }],
  ["a time zone of a service", { organizations: [{ ...org, mode: "service", clientId: "a@b/c", timeZone: "UTC" }] }],
  ["certificates from two places", { certificateAuthority: { configMap: "a", secret: "b", key: "ca.crt" } }],
  ["a volume in place of the program's own", { extraVolumes: [{ name: "work", emptyDir: {} }] }],
  ["a limit that is no limit", { resources: { limit: { memory: "1Gi" } } }],
  ["memory without a unit", { resources: { limits: { memory: "512" } } }],
  ["thousandths of a byte", { resources: { limits: { memory: "512m" } } }],
  ["a password among the variables", { env: { HTTPS_PROXY: "http://user:word@proxy.example:3128" } }],
  ["variables from nowhere", { envFrom: [{ name: "proxy" }] }],
  ["a schedule in words", { organizations: [{ ...cron, schedule: "every day at four" }] }],
  [
    "a schedule with a zone, which has a value of its own",
    { organizations: [{ ...cron, schedule: "TZ=UTC 1 4 * * *" }] },
  ],
  ["a secret of a name that no secret has", { organizations: [{ ...cron, secretName: "Acme_Key" }] }],
  ["a mount in place of the program's own", { extraVolumeMounts: [{ name: "a", mountPath: "/secrets/more" }] }],
  ["a mount at no path", { extraVolumeMounts: [{ name: "a" }] }],
];

for (const [what, values] of refused) {
  test(`the schema of the chart refuses ${what}`, () => {
    assert.equal(isValue({ ...defaults, ...values }), false);
  });
}

const schemaOfVariables = z.object({
  definitions: z.object({
    env: z.object({ propertyNames: z.object({ not: z.object({ enum: z.array(z.string()) }) }) }),
    requested: z.object({ items: z.object({ enum: z.array(z.string()) }) }),
  }),
});

test("the schema of the chart refuses every variable that the chart sets, and the flag of each", () => {
  const schema = schemaOfVariables.parse(JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")));
  const reserved = schema.definitions.env.propertyNames.not.enum;
  const requested = schema.definitions.requested.items.enum.map(
    (type) => `BATON_SYNC_${type.toUpperCase().replaceAll("-", "_")}`,
  );
  const templates = ["_pod.tpl", "cronjob.yaml", "deployment.yaml"].map((name) =>
    readFileSync(join(chart, "templates", name), "utf8"),
  );
  const set = [...templates.join("\n").matchAll(/- name: ([A-Z][A-Z0-9_]+)$/gm)].map(([, name = ""]) => name);
  assert.ok(set.length >= 12);
  assert.deepEqual(
    [...set, ...requested].filter((name) => !reserved.includes(name)),
    [],
  );
  for (const name of reserved.filter((one) => one.startsWith("BATON_"))) {
    const flag = `--${name.slice("BATON_".length).toLowerCase().replaceAll("_", "-")}`;
    for (const arg of [flag, `${flag}=x`]) {
      assert.equal(isValue({ ...defaults, organizations: [{ ...cron, args: [arg] }] }), false, arg);
    }
  }
});

const helmMissing = spawnSync("helm", ["version"]).status === 0 ? false : "helm is not on PATH";

test("the chart renders what deploy/helm/example-rendered.yaml says", { skip: helmMissing }, () => {
  const run = spawnSync("helm", renderArguments, { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  const [, ...lines] = readFileSync(renderedExample, "utf8").split("\n");
  assert.equal(run.stdout, lines.join("\n"));
});

/** What helm makes of the chart with these values, in a release of this name. */
function helm(values: Readonly<Record<string, unknown>>, release = "x") {
  const sets = Object.entries(values).flatMap(([name, value]) => ["--set-json", `${name}=${JSON.stringify(value)}`]);
  const options = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  return spawnSync("helm", ["template", release, chart, "--kube-version", "1.31.0", ...sets], options);
}

for (const [what, values] of refused) {
  test(`helm refuses ${what}`, { skip: helmMissing }, () => {
    const { status, stderr } = helm(values);
    assert.notEqual(status, 0);
    assert.match(stderr, /don't meet the specifications of the schema/);
  });
}

const twins: readonly (readonly [what: string, second: Readonly<Record<string, unknown>>, text: RegExp])[] = [
  ["name", { name: "a", mode: "cron" }, /organizations a and a have the same name, a/],
  ["file", { name: "b", mode: "cron", file: "s3://bucket/k" }, /a and b have the same file, s3:\/\/bucket\/k/],
  ["client id", { name: "b", mode: "service", clientId: "a@b/c" }, /c and b have the same clientId, a@b\/c/],
];
for (const [what, second, text] of twins) {
  test(`helm refuses two organizations of one ${what}`, { skip: helmMissing }, () => {
    const first = { ...cron, file: "s3://bucket/k" };
    const service = { ...org, name: "c", mode: "service", clientId: "a@b/c" };
    const { status, stderr } = helm({ organizations: [first, service, { ...org, ...second }] });
    assert.notEqual(status, 0);
    assert.match(stderr, text);
  });
}

const more = { name: "more", emptyDir: {} };
const mount = { name: "more", mountPath: "/more" };
for (const [what, values, text] of [
  ["a volume of all and one of an organization with the same name", { extraVolumes: [more] }, /a has two extraVolumes/],
  ["two mounts at one path", { extraVolumeMounts: [mount] }, /a has two extraVolumeMounts at \/more/],
  ["a mount of no volume", { extraVolumeMounts: [{ name: "other", mountPath: "/x" }] }, /a has no extraVolumes other/],
] as const) {
  test(`helm refuses ${what}`, { skip: helmMissing }, () => {
    const own = { ...cron, extraVolumes: [more], extraVolumeMounts: [mount] };
    const { status, stderr } = helm({ organizations: [own], ...values });
    assert.notEqual(status, 0);
    assert.match(stderr, text);
  });
}

/** `count` organizations; names differ at their end only, and every third works for C1. */
function manyOrganizations(count: number) {
  return Array.from({ length: count }, (_, i) => {
    const name = `business-unit-number-${String(i).padStart(4, "0")}`;
    const shared = { name, slug: `org-${i}`, secretName: name };
    return i % 3 === 0
      ? { ...shared, mode: "service", clientId: `a@b/${i}`, replicas: i % 2 === 0 ? 2 : 1, tasks: 1 }
      : { ...shared, mode: "cron" };
  });
}

const metadata = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });

test("300 organizations: no name twice or too long, and no more at one minute than may be", {
  skip: helmMissing,
}, () => {
  const many = { organizations: manyOrganizations(300), engine: "pebble", timeZone: "Europe/Berlin" };
  const release = "the-release-of-all-business-units-of-the-company";
  const { stdout, stderr } = helm(many, release);
  const values = parseAllDocuments(stdout, { version: "1.1" }).map((document): unknown => document.toJS());
  assert.equal(typeProblems(values.map(declared)), "", stderr);
  const named = values.map((value) => metadata.parse(value));
  const ids = new Set(named.map(({ kind, metadata: { name } }) => `${kind}/${name}`));
  assert.equal(ids.size, values.length);
  for (const {
    kind,
    metadata: { name },
  } of named)
    if (kind === "CronJob") assert.ok(name.length <= 52, name);
  const schedules = named.flatMap(({ kind }, i) =>
    kind === "CronJob" ? [cronJob.parse(values[i]).spec.schedule] : [],
  );
  assert.equal(schedules.length, 200);
  const atOnce = Object.values(Object.groupBy(schedules, (schedule) => schedule));
  assert.ok(Math.max(...atOnce.map((same = []) => same.length)) <= 3);
  assert.ok(schedules.every((schedule) => /^[0-5]?\d [45] \* \* \*$/.test(schedule)));
  const other = helm(many, `${release}-2`).stdout;
  const others = parseAllDocuments(other).map((document) => metadata.parse(document.toJS()));
  const meeting = others.filter(({ kind, metadata: { name } }) => ids.has(`${kind}/${name}`));
  assert.deepEqual(meeting, [], "two releases whose long names begin alike");
});

test("helm refuses more organizations than the window has room for", { skip: helmMissing }, () => {
  const organizations = manyOrganizations(8).map(({ name, slug, secretName }) => ({
    name,
    slug,
    secretName,
    mode: "cron",
  }));
  const { status, stderr } = helm({ organizations, spread: { fromHour: 4, minutes: 2, perMinute: 3 } });
  assert.notEqual(status, 0);
  assert.match(stderr, /8 organizations have no schedule of their own, and spread has room for 6/);
});

test("what an organization sets counts before what all have", { skip: helmMissing }, () => {
  const own = {
    ...cron,
    suspend: true,
    engine: "sqlite",
    requested: ["entitlement-tokens"],
    env: { BATON_LOG_LEVEL: "debug" },
    args: ["--accept-changes"],
    resources: { limits: { memory: "2Gi" } },
    podAnnotations: { team: "own" },
    schedule: "@daily",
    envFrom: [{ secretRef: { name: "own-proxy" } }],
    certificateAuthority: { configMap: "company", key: "ca.crt" },
    extraVolumes: [{ name: "more", emptyDir: {} }],
    extraVolumeMounts: [{ name: "more", mountPath: "/more" }],
  };
  const { stdout, stderr } = helm({
    organizations: [own],
    engine: "pebble",
    requested: ["services"],
    env: { BATON_LOG_LEVEL: "info", AWS_REGION: "eu-central-1" },
    podAnnotations: { team: "all", cost: "1" },
    envFrom: [{ configMapRef: { name: "of-all" } }],
    certificateAuthority: { secret: "other", key: "other.pem" },
    "networkPolicy.proxyPort": 3128,
    "networkPolicy.podIdentity": true,
  });
  assert.equal(stderr, "");
  const values = parseAllDocuments(stdout).map((document): unknown => document.toJS());
  assert.equal(typeProblems(values.map(declared)), "");
  const job = JSON.stringify(values.find((value) => metadata.parse(value).kind === "CronJob"));
  const settings = [
    '"suspend":true',
    '{"name":"BATON_STORAGE_ENGINE","value":"sqlite"}',
    '{"name":"BATON_SYNC_ENTITLEMENT_TOKENS","value":"true"}',
    '{"name":"BATON_LOG_LEVEL","value":"debug"}',
    '{"name":"AWS_REGION","value":"eu-central-1"}',
    '{"name":"NODE_EXTRA_CA_CERTS","value":"/certificates/ca.crt"}',
    '{"name":"certificates","configMap":{"name":"company",',
    '"args":["--accept-changes"]',
    '"schedule":"@daily"',
    '"envFrom":[{"configMapRef":{"name":"of-all"}},{"secretRef":{"name":"own-proxy"}}]',
    '"memory":"2Gi"',
    '"annotations":{"cost":"1","team":"own"}',
    '{"mountPath":"/more","name":"more"}',
  ];
  for (const setting of settings) assert.ok(job.includes(setting), `${setting} in ${job}`);
  const policy = JSON.stringify(values.find((value) => metadata.parse(value).kind === "NetworkPolicy"));
  for (const port of ['"port":3128', '"cidr":"169.254.170.23/32"']) assert.ok(policy.includes(port), policy);
  assert.ok(!values.some((value) => metadata.parse(value).kind === "Pod"), "what is suspended is not tested");
});

test("the examples around the chart name what is there", () => {
  const example = (name: string): unknown => parse(readFileSync(join(deploy, "examples", `${name}.yaml`), "utf8"));
  const externalSecret = z.object({
    spec: z.object({ target: z.object({ name: z.string() }), data: z.array(z.object({ secretKey: z.string() })) }),
  });
  const { target, data } = externalSecret.parse(example("external-secret")).spec;
  assert.match(readFileSync(exampleValues, "utf8"), new RegExp(`secretName: ${target.name}$`, "m"));
  const keys = data.map(({ secretKey }) => secretKey);
  assert.deepEqual(keys, ["api-key", "client-secret"]);
  const application = z.object({ spec: z.object({ sources: z.array(z.object({ chart: z.string().optional() })) }) });
  const about = z.object({ name: z.string() }).parse(parse(readFileSync(join(chart, "Chart.yaml"), "utf8")));
  assert.equal(application.parse(example("argocd-application")).spec.sources[0]?.chart, about.name);
  const variables = z.record(z.string(), z.string());
  const runner = z.object({
    connectors: z.array(z.object({ config: z.object({ env: variables, envFrom: z.object({ secrets: variables }) }) })),
  });
  const known =
    readFileSync(join(deploy, "..", "README.md"), "utf8") +
    readFileSync(join(deploy, "../docs/configuration.md"), "utf8");
  for (const { config } of runner.parse(example("baton-runner")).connectors) {
    for (const name of [...Object.keys(config.env), ...Object.keys(config.envFrom.secrets)]) {
      assert.ok(known.includes(name), name);
    }
  }
});
