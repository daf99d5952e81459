/** What a person holds: roles, teams and the rest, each with the path by which it is held. */
import { useState } from "preact/hooks";
import type { Holding } from "../../contract/sources.ts";
import { Banner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Chip } from "../design/chip.tsx";
import { formatAmount, formatCount } from "../design/format.ts";
import { Icon } from "../design/icon.tsx";
import { roleTitle } from "../rows/cells.tsx";
import { resourceAddress, subjectAddress } from "./source-address.ts";
import { RoleSign } from "./teams/role-sign.tsx";

const kinds = [
  { kind: "role", title: "Roles" },
  { kind: "team", title: "Teams" },
  { kind: "other", title: "Other access" },
] as const;

/** Holdings that are drawn before one asks for all. */
const shownAtFirst = 100;

/** What it takes. */
interface HoldingListProps {
  readonly source: string;
  readonly who: string;
  readonly isDisabled: boolean;
  readonly holdings: readonly Holding[];
}

/** A card for each kind of access that the person has. */
export function HoldingList({ source, who, isDisabled, holdings }: HoldingListProps) {
  if (holdings.length === 0) {
    return (
      <Card title="Access">
        <p class="muted">Holds no role, team or other access.</p>
      </Card>
    );
  }
  return (
    <>
      {isDisabled && (
        <Banner tone="warn" title={`Disabled, and still holds ${formatAmount(holdings.length, "grant")}`}>
          <p>The access returns when the account is enabled again. Take it away to finish the offboarding.</p>
        </Banner>
      )}
      {kinds.map(({ kind, title }) => {
        const held = holdings.filter((one) => one.kind === kind);
        // Somebody may be a member and a manager of one team.
        const things = new Set(held.map((one) => (kind === "team" ? one.resourceId : one.entitlementId))).size;
        const heading = `${title} (${formatCount(things)})`;
        return held.length > 0 && <Kind key={kind} source={source} who={who} title={heading} held={held} />;
      })}
    </>
  );
}

interface KindProps {
  readonly source: string;
  readonly who: string;
  readonly title: string;
  readonly held: readonly Holding[];
}

function Kind({ source, who, title, held }: KindProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? held : held.slice(0, shownAtFirst);
  return (
    <Card title={title}>
      <ul class="holdings">
        {shown.map((holding) => (
          <li key={holding.entitlementId}>
            <HoldingHead source={source} holding={holding} />
            <Paths who={who} holding={holding} />
          </li>
        ))}
      </ul>
      {held.length > shown.length && (
        <div class="actions">
          <Button isSmall={true} onClick={() => setWhole(true)} text={`Show all ${formatCount(held.length)}`} />
        </div>
      )}
    </Card>
  );
}

function HoldingHead({ source, holding }: { readonly source: string; readonly holding: Holding }) {
  const { kind, slug, resourceType, resourceId, resourceName, how } = holding;
  const address =
    kind === "team"
      ? subjectAddress(source, "teams", resourceType, resourceId)
      : resourceAddress(source, resourceType, resourceId);
  return (
    <div class="row">
      {kind === "role" && <RoleSign role={slug} />}
      <strong>{roleTitle(slug)}</strong>
      <span class="muted">{kind === "role" ? "in" : kind === "team" ? "of" : "on"}</span>
      <a href={address}>{resourceName || resourceId}</a>
      {how === "inherited" && <Chip tone="info" icon="link" text="Inherited" />}
    </div>
  );
}

function Paths({ who, holding }: { readonly who: string; readonly holding: Holding }) {
  const { paths, resourceName, resourceId, slug } = holding;
  const direct = [[who, `${resourceName || resourceId}: ${slug}`]];
  return (
    <>
      {(paths.length > 0 ? paths : direct).map((path) => (
        <ol key={path.join(" > ")} class="path" aria-label={paths.length > 0 ? "Held through" : "Held directly"}>
          {path.map((name, at) => (
            <li key={at}>
              {at > 0 && <Icon name="chevron" size={12} />}
              <span>{name}</span>
            </li>
          ))}
        </ol>
      ))}
    </>
  );
}
