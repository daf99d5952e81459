/** Chooses one team out of thousands: a button that opens a search. */
import { useRef, useState } from "preact/hooks";
import type { TeamRow, TeamsPage } from "../../contract/sources.ts";
import { useData } from "../api/use-data.ts";
import { SearchField } from "../design/field.tsx";
import { formatAmount } from "../design/format.ts";
import { Skeleton } from "../design/skeleton.tsx";
import { useDebounced } from "../design/use-debounced.ts";
import { sourceApi, subjectApi } from "./source-address.ts";

/** Teams that are offered at once; a search finds the others. */
const offered = 20;
const typingDelayMs = 80;

/** What it takes: `team` is `TYPE/ID`, "" for any. */
interface TeamPickerProps {
  readonly source: string;
  readonly team: string;
  readonly onChange: (team: string) => void;
}

/** The button, and the search below it while it is open. Escape closes it. */
export function TeamPicker({ source, team, onChange }: TeamPickerProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [type = "", ...id] = team.split("/");
  const chosen = useData<TeamRow>(team === "" ? null : subjectApi(source, "teams", type, id.join("/")));
  const close = (): void => {
    details.current?.removeAttribute("open");
    details.current?.querySelector("summary")?.focus();
  };
  const choose = (next: string): void => {
    onChange(next);
    close();
  };
  return (
    <div class="field">
      <span class="field-label" aria-hidden="true">
        Team
      </span>
      <details
        ref={details}
        class="picker"
        onToggle={(event) => setOpen(event.currentTarget.open)}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
        }}
        onFocusOut={(event) => {
          const next = event.relatedTarget;
          // A press on something that cannot be focused says nothing about where one is.
          if (next instanceof Node && !event.currentTarget.contains(next)) event.currentTarget.open = false;
        }}
      >
        <summary class="input picker-button">
          <span class="visually-hidden">Team: </span>
          <span class="picker-text">{team === "" ? "Any team" : (chosen.data?.name ?? "…")}</span>
        </summary>
        {isOpen && <TeamChoices source={source} onChoose={choose} hasChoice={team !== ""} />}
      </details>
    </div>
  );
}

interface TeamChoicesProps {
  readonly source: string;
  readonly hasChoice: boolean;
  readonly onChoose: (team: string) => void;
}

function TeamChoices({ source, hasChoice, onChoose }: TeamChoicesProps) {
  const [q, setQ] = useState("");
  const asked = useDebounced(q.trim(), typingDelayMs);
  const { data } = useData<TeamsPage>(sourceApi(source, "teams", { q: asked, limit: String(offered) }));
  const further = data ? data.total - data.rows.length : 0;
  return (
    <div class="picker-choices">
      <SearchField label="Search teams" value={q} onInput={setQ} />
      {data === null && <Skeleton lines={4} />}
      <ul>
        {hasChoice && (
          <li>
            <button type="button" onClick={() => onChoose("")}>
              Any team
            </button>
          </li>
        )}
        {data?.rows.map(({ type, id, name, memberCount }) => (
          <li key={`${type}/${id}`}>
            <button type="button" onClick={() => onChoose(`${type}/${id}`)}>
              <span>{name || id}</span>
              <span class="muted small nowrap">{formatAmount(memberCount, "person", "people")}</span>
            </button>
          </li>
        ))}
      </ul>
      {data?.total === 0 && <p class="muted">No team matches.</p>}
      {further > 0 && <p class="muted small">{formatAmount(further, "team")} more: search for them.</p>}
    </div>
  );
}
