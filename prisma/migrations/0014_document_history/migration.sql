-- What the file on disk was last known to hold: the hash of its text, and the text as a Yjs state from which its next
-- change is told apart.
ALTER TABLE "Document" ADD "diskHash" text, ADD "diskState" bytea;

-- Texts that somebody is about to write to the file, so that they are not taken for another's when they are found there.
CREATE TABLE "DocumentAnnouncement" (
  "documentId" uuid NOT NULL REFERENCES "Document" ON DELETE CASCADE,
  "hash" text NOT NULL,
  "state" bytea NOT NULL,
  "userId" uuid,
  "at" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("documentId", "hash")
);

-- Who wrote in it when; of updates that have become part of the snapshot.
CREATE TABLE "DocumentChange" (
  "documentId" uuid NOT NULL REFERENCES "Document" ON DELETE CASCADE,
  "sequence" bigint GENERATED ALWAYS AS IDENTITY,
  "userId" uuid,
  "firstAt" timestamptz NOT NULL,
  "lastAt" timestamptz NOT NULL,
  "updates" integer NOT NULL,
  PRIMARY KEY ("documentId", "sequence")
);

-- What the file held at a moment; gzip.
CREATE TABLE "DocumentVersion" (
  "id" uuid PRIMARY KEY,
  "documentId" uuid NOT NULL REFERENCES "Document" ON DELETE CASCADE,
  "at" timestamptz NOT NULL DEFAULT now(),
  "userId" uuid,
  "cause" text NOT NULL CHECK ("cause" IN ('saved', 'disk', 'restored')),
  "letters" integer NOT NULL,
  "text" bytea NOT NULL
);
CREATE INDEX "DocumentVersion_of_document" ON "DocumentVersion" ("documentId", "at" DESC);
