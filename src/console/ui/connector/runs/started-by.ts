/** Who started a run, in words. */
import type { RunSummary } from "../../../contract/runs.ts";

/** For each that can start one. */
export const startedByText: Readonly<Record<RunSummary["startedBy"], string>> = {
  person: "By hand",
  schedule: "Schedule",
  setup: "Set-up",
  confirm: "Confirm changes",
  c1: "C1",
};
