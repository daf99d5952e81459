/** A test of settings: started here, its lines arrive as events. */

import { useEffect, useState } from "preact/hooks";
import type { TestState } from "../../../contract/connectors.ts";
import type { SettingsInput } from "../../../contract/inputs.ts";
import { getJson, postJson } from "../../api/api.ts";
import { useEvents } from "../../api/events.ts";
import { type Action, useAction } from "../../api/use-action.ts";
import { connectorApi } from "../connector-paths.ts";

/** What a finished test says as a whole. */
export type Verdict = "pass" | "partial" | "fail";

/** The test that was started last, and how to start one. */
export interface RunningTest {
  readonly test: TestState | null;
  readonly start: Action<[input: SettingsInput]>;
}

/** Tests of the connector `id`; `path` is `/test`, or `/c1-test` for the link to C1. */
export function useTest(id: string, path: "/test" | "/c1-test" = "/test"): RunningTest {
  const [test, setTest] = useState<TestState | null>(null);
  const start = useAction(async (input: SettingsInput) => {
    setTest(null);
    const begun = await postJson<TestState>(connectorApi(id, path), path === "/test" ? input : {});
    setTest((seen) => newer(seen, begun));
  });
  useEvents((event) => {
    if (event.type === "test" && event.test.connectorId === id) {
      const seen = event.test;
      // The first event can be faster than the answer to the POST.
      setTest((old) => (old === null || old.testId === seen.testId ? newer(old, seen) : old));
    }
    if (event.type === "reconnected" && test && !test.isDone) void catchUp();
  });
  const catchUp = async () => {
    const now = await getJson<TestState>(connectorApi(id, "/test"));
    setTest((old) => (old?.testId === now.testId ? newer(old, now) : old));
  };
  useEffect(() => setTest(null), [id]);
  return { test, start };
}

/** The verdict; null while it runs. */
export function verdictOf(test: TestState | null): Verdict | null {
  if (!test?.isDone) return null;
  if (test.failure || test.lines.some(({ outcome }) => outcome === "fail")) return "fail";
  return test.lines.some(({ outcome }) => outcome === "warn") ? "partial" : "pass";
}

/** The later of two states of one test: an event can be faster than the answer, and the other way round. */
export function newer(old: TestState | null, next: TestState): TestState {
  if (!old || old.testId !== next.testId) return next;
  return settled(next) >= settled(old) ? next : old;
}

function settled({ lines, isDone }: TestState): number {
  const done = lines.filter(({ outcome }) => outcome !== "waiting" && outcome !== "running").length;
  return done * 2 + lines.filter(({ outcome }) => outcome === "running").length + (isDone ? 1000 : 0);
}
