/** A menu of the forms in which something can be had: links to the server's, or what the page makes itself. */
import { Button, LinkButton } from "../design/button.tsx";
import { Menu } from "./menu.tsx";

/** The menu. `verb` stands before each form's name, such as `Download as`. */
export function Downloads<F extends string>(props: {
  formats: readonly F[];
  title?: string;
  verb?: string;
  make: { readonly hrefOf: (format: F) => string } | { readonly onChoose: (format: F) => void };
}) {
  const { formats, title = "Download", verb = "Download as", make } = props;
  const look = { kind: "quiet", isSmall: true, icon: "download" } as const;
  return (
    <Menu label={title}>
      <ul class="column-choice">
        {formats.map((format) => {
          const words = { text: format.toUpperCase(), label: `${verb} ${format.toUpperCase()}` };
          return (
            <li key={format}>
              {"hrefOf" in make ? (
                <LinkButton {...look} {...words} href={make.hrefOf(format)} download={true} />
              ) : (
                <Button {...look} {...words} onClick={() => make.onChoose(format)} />
              )}
            </li>
          );
        })}
      </ul>
    </Menu>
  );
}
