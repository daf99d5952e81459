/** An address that belongs to no screen. */
import { LinkButton } from "../design/button.tsx";
import { Empty } from "../design/empty.tsx";
import { Page } from "../design/page.tsx";

/** Says so, and leads back. */
export function NotFound() {
  return (
    <Page title="Nothing here" width="narrow">
      <Empty
        icon="search"
        title="This address belongs to no screen"
        action={<LinkButton href="/connectors">All connectors</LinkButton>}
      >
        What you look for may have been removed, or the address is not complete.
      </Empty>
    </Page>
  );
}
