/** Logs: levels, search over all lines, and the newest ones as they come. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { LogLevelName } from "../../../contract/runs.ts";
import { logLevels } from "../../../contract/runs.ts";
import { useDebounced } from "../../browser/use-debounced.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button, LinkButton } from "../../design/button.tsx";
import { CheckField, SearchField, Segments } from "../../design/field.tsx";
import { capitalized, formatAmount } from "../../design/format.ts";
import { connectorApi } from "../connector-paths.ts";
import type { TabProps } from "../use-connector.ts";
import { LogList } from "./log-list.tsx";
import { type LogQuery, useLogLines } from "./use-log-lines.ts";

const levelOptions = logLevels.map((level) => ({
  value: level,
  label: level === "error" ? "Error" : `${capitalized(level)} and up`,
}));
/** Typing is not searched for letter by letter. */
const searchDelayMs = 150;

/** The tab. `?run=` shows the lines of one run only. */
export function LogsTab({ connector }: TabProps) {
  const { path, query: asked, route } = useLocation();
  const { run: runId = "" } = asked;
  const [level, setLevel] = useState<LogLevelName>("info");
  const [search, setSearch] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  const query: LogQuery = { connectorId: connector.id, level, q: useDebounced(search.trim(), searchDelayMs), runId };
  const log = useLogLines(query, isFollowing);
  return (
    <div class="stack">
      <div class="row-between">
        <div class="row grow">
          <SearchField label="Search the log" value={search} onInput={setSearch} />
          <Segments legend="Level" value={level} options={levelOptions} onChange={setLevel} />
        </div>
        <div class="row">
          <CheckField label="Follow" isChecked={isFollowing} onChange={setFollowing} />
          <LinkButton
            icon="download"
            isSmall={true}
            download={true}
            href={connectorApi(connector.id, "/logs/download")}
            text="Download"
          />
        </div>
      </div>
      {runId !== "" && (
        <p class="row">
          <span class="muted">Lines of one run only.</span>
          <Button isSmall={true} onClick={() => route(path)} text="Show all" />
        </p>
      )}
      {log.failure && <FailureBanner failure={log.failure} isUrgent={true} />}
      <p class="muted small number" role="status">
        {log.total === null ? "…" : `${formatAmount(log.total, "line")}, newest first`}
      </p>
      <LogList log={log} isSearch={query.q !== ""} />
    </div>
  );
}
