/** Opened files, and opening another: by its path on this machine, or by choosing or dropping it. */
import { useId, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { OpenedFile } from "../../contract/sources.ts";
import { overviewOf } from "../access/source-frame.tsx";
import { postBytes, postJson } from "../api/api.ts";
import { useAction } from "../api/use-action.ts";
import { useData } from "../api/use-data.ts";
import { FailureBanner } from "../design/banner.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { TextField } from "../design/field.tsx";
import { Form } from "../design/form.tsx";
import { formatDateTime } from "../design/format.ts";
import { Icon } from "../design/icon.tsx";
import { Page } from "../design/page.tsx";
import { Table } from "../rows/table.tsx";

/** The screen. */
export function FilesScreen() {
  const { route } = useLocation();
  const files = useData<{ readonly files: readonly OpenedFile[] }>("/api/files");
  const opened = ({ source }: OpenedFile): void => route(overviewOf(source));
  const close = useAction(async (source: string) => {
    await postJson(`/api/files/${encodeURIComponent(idOf(source))}/close`);
    files.reload();
  });
  return (
    <Page
      title="Open a file"
      lead="A .c1z file of any Baton connector: its people, teams, access and reviews. The file is read, never changed."
    >
      <div class="columns">
        <PathForm onOpened={opened} />
        <DropZone onOpened={opened} />
      </div>
      {files.failure && <FailureBanner failure={files.failure} />}
      {close.failure && <FailureBanner failure={close.failure} />}
      {files.data && files.data.files.length > 0 && (
        <Card title="Opened" isFlush={true}>
          <Table
            caption="Opened files"
            rows={files.data.files}
            rowKey={({ source }) => source}
            columns={[
              {
                key: "title",
                title: "File",
                isRowHeader: true,
                cell: ({ source, title }) => <a href={overviewOf(source)}>{title}</a>,
              },
              { key: "opened", title: "Opened", cell: ({ openedAtMs }) => formatDateTime(openedAtMs) },
              {
                key: "close",
                title: "Forget",
                cell: ({ source, title }) => (
                  <Button
                    kind="quiet"
                    isSmall={true}
                    label={`Forget ${title}`}
                    onClick={() => void close.run(source)}
                    text="Forget"
                  />
                ),
              },
            ]}
          />
        </Card>
      )}
    </Page>
  );
}

function idOf(source: string): string {
  return source.slice(source.indexOf(":") + 1);
}

interface OpenProps {
  readonly onOpened: (file: OpenedFile) => void;
}

function PathForm({ onOpened }: OpenProps) {
  const [path, setPath] = useState("");
  const open = useAction(async () => onOpened(await postJson<OpenedFile>("/api/files", { path: path.trim() })));
  return (
    <Card title="On this machine">
      <Form action={open} submit="Open" icon="folder" isDisabled={path.trim() === ""}>
        <TextField
          label="Path of the file"
          hint="As this machine knows it, for example /home/ada/sync.c1z."
          value={path}
          onInput={setPath}
          isMono={true}
        />
      </Form>
    </Card>
  );
}

function DropZone({ onOpened }: OpenProps) {
  const id = useId();
  const upload = useAction(async (file: File) => {
    onOpened(await postBytes<OpenedFile>(`/api/files/upload?name=${encodeURIComponent(file.name)}`, file));
  });
  const { isOver, handlers } = useFileDrop((file) => void upload.run(file));
  return (
    <Card title="From this browser">
      <div class={isOver ? "drop drop-over" : "drop"} {...handlers}>
        <Icon name="file" size={24} />
        <p>
          <label class="button" for={id}>
            {upload.isBusy ? "Reading…" : "Choose a file"}
          </label>
          <input
            id={id}
            class="visually-hidden drop-input"
            type="file"
            accept=".c1z"
            disabled={upload.isBusy}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              if (file) void upload.run(file);
              event.currentTarget.value = "";
            }}
          />
        </p>
        <p class="muted small">or drop it here. At most 256 MB; larger files are opened by their path.</p>
      </div>
      {upload.failure && <FailureBanner failure={upload.failure} isUrgent={true} />}
    </Card>
  );
}

/** Whether a file is held over a place, and what the place needs to take it: the first one, where there are several. */
function useFileDrop(onFile: (file: File) => void) {
  const [isOver, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      // Without this the browser would leave the page for the file.
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) onFile(file);
    },
  };
  return { isOver, handlers };
}
