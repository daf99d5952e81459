/** Chooses what a file is compared with. */

import type { SourceInfo } from "../../contract/sources.ts";
import { Banner } from "../design/banner.tsx";
import { SelectField } from "../design/field.tsx";
import { useComparisons } from "./use-comparisons.ts";

interface ComparePickerProps {
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
export function ComparePicker({ info, since, mustChoose, compared, onChange }: ComparePickerProps) {
  const choices = useComparisons(info);
  const isListed = since === "" || choices.some(({ value }) => value === since);
  return (
    <div class="card compare">
      <SelectField
        label="Compare with"
        value={since}
        options={[
          { value: "", label: mustChoose ? "Choose a run or a file" : "The finished sync before" },
          ...(isListed ? [] : [{ value: since, label: compared ?? since }]),
          ...choices,
        ]}
        hint={
          compared === null
            ? "Any kept run and any opened file can be chosen."
            : `Shows what is different now from ${compared}.`
        }
        onChange={onChange}
      />
      {choices.find(({ value }) => value === since)?.isForeign && (
        <Banner tone="warn" title="This is another organization">
          <p>Everybody of one organization looks new or gone beside the other. Choose a run of the same one.</p>
        </Banner>
      )}
    </div>
  );
}
