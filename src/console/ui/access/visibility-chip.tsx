/** Who sees a team. */
import { Chip } from "../design/chip.tsx";
import { Dash } from "./person-cells.tsx";

/** A chip for hidden teams, which deserve a look; the word for all others. */
export function VisibilityChip({ visibility }: { readonly visibility: string | null }) {
  if (visibility === null) return <Dash />;
  if (visibility.toLowerCase() !== "hidden") return <span>{visibility}</span>;
  return (
    <Chip tone="warn" icon="eye">
      Hidden
    </Chip>
  );
}
