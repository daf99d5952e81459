/** Logs: levels, search over all lines, and the newest ones as they come. */

import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { LogLevelName, LogLine } from "../../../contract/runs.ts";
import { logLevels } from "../../../contract/runs.ts";
import { withQuery } from "../../access/source-address.ts";
import { failureFrom } from "../../api/api-error.ts";
import type { PageEvent } from "../../api/events.ts";
import { useDebounced } from "../../browser/use-debounced.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button, LinkButton } from "../../design/button.tsx";
import { CheckField, SearchField, Segments } from "../../design/field.tsx";
import { capitalized, formatAmount } from "../../design/format.ts";
import { usePagedRows } from "../../rows/use-paged-rows.ts";
import { connectorApi } from "../connector-paths.ts";
import type { TabProps } from "../use-connector.ts";
import { LogList } from "./log-list.tsx";

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
  const q = useDebounced(search.trim(), searchDelayMs);
  const isNew = (event: PageEvent): boolean =>
    event.type === "reconnected" || (event.type === "logged" && event.connectorId === connector.id);
  const { rows: log } = usePagedRows<LogLine>(withQuery(connectorApi(connector.id, "/logs"), { level, q, runId }), {
    pageSize: 200,
    reloadOn: isFollowing ? isNew : undefined,
  });
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
      {log.failure !== undefined && (
        <FailureBanner failure={failureFrom(log.failure)} isUrgent={true} onRetry={() => log.retry(...log.looked)} />
      )}
      <p class="muted small number" role="status">
        {log.total === undefined ? "…" : `${formatAmount(log.total, "line")}, newest first`}
      </p>
      <LogList log={log} isSearch={q !== ""} />
    </div>
  );
}
