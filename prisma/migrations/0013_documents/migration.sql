-- A text that people write together: a file of a workspace. Its snapshot holds every update up to some point, the
-- tail is in DocumentUpdate.
CREATE TABLE "Document" (
  "id" uuid PRIMARY KEY,
  "workspaceId" uuid NOT NULL REFERENCES "Workspace" ON DELETE CASCADE,
  "path" text NOT NULL,
  "snapshot" bytea,
  UNIQUE ("workspaceId", "path")
);
CREATE TABLE "DocumentUpdate" (
  "documentId" uuid NOT NULL REFERENCES "Document" ON DELETE CASCADE,
  "sequence" bigint GENERATED ALWAYS AS IDENTITY,
  "update" bytea NOT NULL,
  "userId" uuid,
  "at" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("documentId", "sequence")
);
