/** Chooses one team out of thousands: a button that opens a search. */
import { useState } from "preact/hooks";
import type { TeamRow, TeamsPage } from "../../contract/sources.ts";
import { sourceApi, subjectApi } from "../access/source-address.ts";
import { teamFigures } from "../access/teams/team-figures.ts";
import { useData } from "../api/use-data.ts";
import { useDebounced } from "../browser/use-debounced.ts";
import { SearchField } from "../design/field.tsx";
import { formatAmount } from "../design/format.ts";
import { Skeleton } from "../design/loaded.tsx";
import { Menu } from "./menu.tsx";

/** Teams that are offered at once; a search finds the others. */
const offered = 20;
const typingDelayMs = 80;

/** What it takes: `team` is `TYPE/ID`, "" for any. */
interface TeamPickerProps {
  readonly source: string;
  readonly team: string;
  readonly onChange: (team: string) => void;
}

/** The button, and the search below it while it is open. */
export function TeamPicker({ source, team, onChange }: TeamPickerProps) {
  const [type = "", ...id] = team.split("/");
  const chosen = useData<TeamRow>(team === "" ? null : subjectApi(source, "teams", type, id.join("/")));
  const label = (
    <>
      <span class="visually-hidden">Team: </span>
      <span class="picker-text">{team === "" ? "Any team" : (chosen.data?.name ?? "…")}</span>
    </>
  );
  return (
    <div class="field">
      <Menu label={label} isField={true}>
        {(close: () => void) => (
          <TeamChoices
            source={source}
            hasChoice={team !== ""}
            onChoose={(next) => {
              onChange(next);
              close();
            }}
          />
        )}
      </Menu>
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
    <>
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
        {data?.rows
          .map((row) => teamFigures(data, row))
          .map(({ type, id, name, memberCount }) => (
            <li key={`${type}/${id}`}>
              <button type="button" onClick={() => onChoose(`${type}/${id}`)}>
                <span>{name}</span>
                <span class="muted small nowrap">{formatAmount(memberCount, "person", "people")}</span>
              </button>
            </li>
          ))}
      </ul>
      {data?.total === 0 && <p class="muted">No team matches.</p>}
      {further > 0 && <p class="muted small">{formatAmount(further, "team")} more: search for them.</p>}
    </>
  );
}
