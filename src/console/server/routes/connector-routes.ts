/** Connectors, settings, tests and what is done with them, over HTTP. Mounted under /api; knows nothing of how it is done. */
import { Hono } from "hono";
import { z } from "zod";
import { type Connectors, previewSchedule } from "../../connectors/connectors.ts";
import { type DeployTarget, deployTargets, type Schedule } from "../../contract/connectors.ts";
import { createInput, type SettingsInput, scheduleInput, settingsInput } from "../../contract/inputs.ts";
import { shownTo } from "../access-rules.ts";
import { readBody, readNothing } from "../body-values.ts";
import type { ConsoleEnv } from "../console-env.ts";
import { badRequest } from "../failure-response.ts";
import { readChoice, readNumber } from "../query-values.ts";

const keepInput = z.strictObject({ runId: z.string().max(100).optional() });
/** What is typed to confirm it; "" for a connector without a slug. */
const removeInput = z.strictObject({ slug: z.string().max(4096) });

/** The routes /connectors, /sample and /schedule-preview. */
export function connectorRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .route("/", listRoutes(connectors))
    .route("/", settingsRoutes(connectors))
    .route("/", actionRoutes(connectors))
    .route("/", serviceRoutes(connectors));
}

function listRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  const { audit } = connectors;
  return new Hono<ConsoleEnv>()
    .get("/connectors", (context) => context.json({ connectors: connectors.list() }))
    .post("/connectors", async (context) => {
      const input = await readBody(context, createInput);
      const action = { action: "connector-added", target: "", details: { mode: input.mode } };
      return context.json(await audit.around(action, () => connectors.create(input)));
    })
    .get("/connectors/:id", (context) =>
      context.json(shownTo(context.var.session.role, connectors.detail(context.req.param("id")))),
    )
    .post("/connectors/:id/remove", async (context) => {
      const [id, { slug }] = [context.req.param("id"), await readBody(context, removeInput)];
      await audit.around({ action: "connector-removed", target: targetOf(id) }, () => connectors.remove(id, slug));
      return context.json({});
    })
    .post("/sample", async (context) => {
      await readNothing(context);
      return context.json(await audit.around({ action: "sample", target: "" }, () => connectors.startSample()));
    });
}

function settingsRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  const { audit } = connectors;
  return new Hono<ConsoleEnv>()
    .get("/connectors/:id/found-settings", (context) => context.json(connectors.foundSettings(context.req.param("id"))))
    .post("/connectors/:id/settings", async (context) => {
      const [id, input] = [context.req.param("id"), await readBody(context, settingsInput)];
      const action = { action: input.apiKey ? "key-replaced" : "settings-changed", ...namesOf(id, input) };
      return context.json(await audit.around(action, () => connectors.saveSettings(id, input)));
    })
    .post("/connectors/:id/test", async (context) => {
      const [id, input] = [context.req.param("id"), await readBody(context, settingsInput)];
      const action = { action: "test", ...namesOf(id, input) };
      return context.json(await audit.around(action, () => connectors.startTest(id, input)));
    })
    .get("/connectors/:id/test", (context) => context.json(connectors.test(context.req.param("id")) ?? null))
    .post("/connectors/:id/schedule", async (context) => {
      const [id, schedule] = [context.req.param("id"), await readBody(context, scheduleInput)];
      const action = { action: "schedule", target: targetOf(id), details: schedule };
      return context.json(await audit.around(action, () => connectors.setSchedule(id, schedule)));
    })
    .get("/schedule-preview", (context) => {
      const nextRunsMs = previewSchedule(scheduleIn((name) => context.req.query(name)));
      return context.json({ nextRunsMs });
    });
}

function actionRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  const { audit } = connectors;
  return new Hono<ConsoleEnv>()
    .post("/connectors/:id/sync", async (context) => {
      const id = context.req.param("id");
      await readNothing(context);
      const action = { action: "sync", target: targetOf(id) };
      const runId = await audit.around(action, () => connectors.startSync(id));
      return context.json({ runId }, 202);
    })
    .post("/connectors/:id/confirm-changes", async (context) => {
      const id = context.req.param("id");
      await readNothing(context);
      const action = { action: "confirm-changes", target: targetOf(id) };
      return context.json({ runId: await audit.around(action, () => connectors.confirmChanges(id)) }, 202);
    })
    .post("/connectors/:id/:action{cancel|pause|resume|keep-old}", async (context) => {
      const { id, action } = context.req.param();
      const { runId } = action === "keep-old" ? await readBody(context, keepInput) : await readNothing(context);
      const work = {
        cancel: () => connectors.cancel(id),
        pause: () => connectors.pause(id),
        resume: () => connectors.resume(id),
        "keep-old": () => connectors.keepOld(id, runId),
      }[action];
      if (!work) throw badRequest("There is no such action.");
      return context.json(await audit.around({ action, target: targetOf(id) }, work));
    });
}

function serviceRoutes(connectors: Connectors): Hono<ConsoleEnv> {
  const { audit } = connectors;
  return new Hono<ConsoleEnv>()
    .get("/connectors/:id/deploy", (context) => {
      const target = readChoice<DeployTarget>(context.req.query("target"), "target", deployTargets);
      if (target === undefined) throw badRequest(`target is one of ${deployTargets.join(", ")}.`);
      return context.json({ files: connectors.deployFiles(context.req.param("id"), target) });
    })
    .post("/connectors/:id/c1-test", async (context) => {
      const id = context.req.param("id");
      await readNothing(context);
      return context.json(
        await audit.around({ action: "c1-test", target: targetOf(id) }, () => connectors.startC1Test(id)),
      );
    })
    .post("/connectors/:id/service/:action{start|stop}", async (context) => {
      const { id, action } = context.req.param();
      await readNothing(context);
      const work = action === "start" ? () => connectors.startService(id) : () => connectors.stopService(id);
      return context.json(await audit.around({ action: `service-${action}`, target: targetOf(id) }, work));
    });
}

function targetOf(id: string): string {
  return `connector:${id}`;
}

/** Which settings are sent: their names, never their values. */
function namesOf(id: string, input: SettingsInput): { target: string; details: { settings: string[] } } {
  return { target: targetOf(id), details: { settings: Object.keys(input).toSorted() } };
}

function scheduleIn(query: (name: string) => string | undefined): Schedule {
  const kind = readChoice(query("kind"), "kind", ["manual", "interval", "cron"]) ?? "manual";
  if (kind === "manual") return { kind };
  if (kind === "cron") return { kind, expression: query("expression") ?? "", timeZone: query("timeZone") ?? "" };
  const everyMinutes = readNumber(query("everyMinutes"), "everyMinutes", { from: 0, to: 1_000_000, absent: 0 });
  return { kind, everyMinutes };
}
