CREATE TABLE "Secret" (
  "id" uuid PRIMARY KEY,
  "ownerId" uuid REFERENCES "User" ON DELETE CASCADE,
  "teamId" uuid REFERENCES "Team" ON DELETE CASCADE,
  "name" text NOT NULL,
  -- AES-256-GCM, bound to the id. No API gives the value back.
  "sealed" bytea NOT NULL,
  -- Stands in for the value wherever a workspace can see it.
  "placeholder" text NOT NULL UNIQUE,
  "hosts" text[] NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now(),
  CHECK (("ownerId" IS NULL) <> ("teamId" IS NULL))
);
CREATE UNIQUE INDEX "Secret_ownerId_name" ON "Secret" ("ownerId", "name") WHERE "ownerId" IS NOT NULL;
CREATE UNIQUE INDEX "Secret_teamId_name" ON "Secret" ("teamId", "name") WHERE "teamId" IS NOT NULL;

-- Every call of a workspace to the outside, passed or refused.
CREATE TABLE "EgressRecord" (
  "id" uuid PRIMARY KEY,
  "workspaceId" uuid NOT NULL,
  "at" timestamptz NOT NULL,
  "method" text NOT NULL,
  "scheme" text NOT NULL,
  "host" text NOT NULL,
  "port" integer NOT NULL,
  "path" text NOT NULL,
  "outcome" text NOT NULL,
  "status" integer,
  "bytesUp" bigint NOT NULL,
  "bytesDown" bigint NOT NULL,
  "durationMs" integer NOT NULL,
  "secrets" text[] NOT NULL,
  "scrubbed" integer NOT NULL
);
CREATE INDEX "EgressRecord_workspaceId" ON "EgressRecord" ("workspaceId", "at" DESC);
CREATE INDEX "EgressRecord_at" ON "EgressRecord" ("at");
