/** Connectors, settings, tests and what is done with them, over HTTP. Mounted under /api; knows nothing of how it is done. */
import { Hono } from "hono";
import type { Workshop } from "../../runs/workshop.ts";

/** The routes /connectors, /sample and /schedule-preview. */
export function connectorRoutes(_workshop: Workshop): Hono {
  return new Hono();
}
