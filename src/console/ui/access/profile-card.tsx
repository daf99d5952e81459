/** Everything else that a connector wrote of a person or another resource, as it wrote it. */
import { Card } from "../design/card.tsx";
import { FactList } from "../design/facts.tsx";
import { formatCount } from "../design/format.ts";
import { Dash } from "../rows/cells.tsx";

/** The values, sorted by key as they come; an empty one is shown as not known. */
export function ProfileCard({ profile }: { readonly profile: readonly (readonly [key: string, value: string])[] }) {
  return (
    <Card title={`Profile (${formatCount(profile.length)})`}>
      {profile.length === 0 ? (
        <p class="muted">The connector wrote no profile.</p>
      ) : (
        <FactList facts={profile.map(([key, value]) => [key, value === "" ? <Dash key="" /> : value] as const)} />
      )}
    </Card>
  );
}
