/** Access and Reviews of a connector: the same screens as of any file, over its current one. */
import { AccessTab } from "../access/access-tab.tsx";
import { ReviewsTab } from "../reviews/reviews-tab.tsx";
import type { TabProps } from "./use-connector.ts";

/** Who has access. */
export function ConnectorAccess({ connector, rest }: TabProps) {
  return <AccessTab source={`connector:${connector.id}`} rest={rest} />;
}

/** What reviewers ask. */
export function ConnectorReviews({ connector }: TabProps) {
  return <ReviewsTab source={`connector:${connector.id}`} />;
}
