/** Chooses what a file is compared with. */

import { useId } from "preact/hooks";
import type { SourceInfo } from "../../contract/sources.ts";
import { Banner } from "../design/banner.tsx";
import { useComparisons } from "./use-comparisons.ts";

interface ComparePickerProps {
  readonly source: string;
  readonly info: SourceInfo;
  /** "" for the sync before. */
  readonly since: string;
  /** There is no sync before. */
  readonly mustChoose: boolean;
  /** Name of what the answer was compared with; null without an answer. */
  readonly compared: string | null;
  readonly onChange: (since: string) => void;
}

/** A list of all runs and files that there are. */
export function ComparePicker({ source, info, since, mustChoose, compared, onChange }: ComparePickerProps) {
  const id = useId();
  const choices = useComparisons(source, info);
  const groups = Map.groupBy(choices, ({ group }) => group);
  const isListed = since === "" || choices.some(({ value }) => value === since);
  return (
    <div class="card compare">
      <div class="field">
        <label class="field-label" for={id}>
          Compare with
        </label>
        <select id={id} class="input" value={since} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{mustChoose ? "Choose a run or a file" : "The finished sync before"}</option>
          {!isListed && <option value={since}>{compared ?? since}</option>}
          {[...groups].map(([group, members]) => (
            <optgroup key={group} label={group}>
              {members.map(({ value, text }) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        {choices.find(({ value }) => value === since)?.isForeign && (
          <Banner tone="warn" title="This is another organization">
            <p>Everybody of one organization looks new or gone beside the other. Choose a run of the same one.</p>
          </Banner>
        )}
        <p class="field-hint">
          {compared === null
            ? "Any kept run and any opened file can be chosen."
            : `Shows what is different now from ${compared}.`}
        </p>
      </div>
    </div>
  );
}
