-- A single workspace has secrets and rules of its own too.
ALTER TABLE "Secret" DROP CONSTRAINT "Secret_check";
ALTER TABLE "Secret" ADD COLUMN "workspaceId" uuid REFERENCES "Workspace" ON DELETE CASCADE;
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_holder" CHECK (num_nonnulls("ownerId", "teamId", "workspaceId") = 1);
CREATE UNIQUE INDEX "Secret_workspaceId_name" ON "Secret" ("workspaceId", "name") WHERE "workspaceId" IS NOT NULL;
-- Where in a request it may stand; none for anywhere.
ALTER TABLE "Secret" ADD COLUMN "places" text[] NOT NULL DEFAULT '{}';

ALTER TABLE "EgressPolicy" DROP CONSTRAINT "EgressPolicy_check";
ALTER TABLE "EgressPolicy" ADD COLUMN "workspaceId" uuid UNIQUE REFERENCES "Workspace" ON DELETE CASCADE;
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_holder" CHECK (num_nonnulls("ownerId", "teamId", "workspaceId") = 1);
ALTER TABLE "EgressPolicy" ADD COLUMN "limits" jsonb NOT NULL DEFAULT '[]';
-- What becomes of credentials that nobody has told arcx of: in answers, and in requests to where they do not belong.
ALTER TABLE "EgressPolicy" ADD COLUMN "found" text NOT NULL DEFAULT 'off' CHECK ("found" IN ('off', 'observe', 'redact'));
ALTER TABLE "EgressPolicy" ADD COLUMN "pasted" text NOT NULL DEFAULT 'refuse' CHECK ("pasted" IN ('off', 'observe', 'refuse'));

ALTER TABLE "EgressRecord" ADD COLUMN "userId" uuid;
-- Rule → how many.
ALTER TABLE "EgressRecord" ADD COLUMN "redacted" jsonb NOT NULL DEFAULT '{}';
CREATE INDEX "EgressRecord_open" ON "EgressRecord" ("id") WHERE "outcome" = 'open';
