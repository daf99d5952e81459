/** Runs, their files and logs over HTTP. Mounted under /api; knows nothing of how they come about. */
import { Hono } from "hono";
import type { Workshop } from "../../runs/workshop.ts";

/** The routes /runs and /connectors/:id/runs and /logs. */
export function runRoutes(_workshop: Workshop): Hono {
  return new Hono();
}
