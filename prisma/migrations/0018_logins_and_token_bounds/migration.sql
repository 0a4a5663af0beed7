-- Logins are compared by it, as they differ by more than case: ILIKE takes `_` and `%` of a login for wildcards.
DROP INDEX "User_login";
ALTER TABLE "User" ADD COLUMN "loweredLogin" text NOT NULL GENERATED ALWAYS AS (lower("login")) STORED;
CREATE INDEX "User_loweredLogin" ON "User" ("loweredLogin");
DROP INDEX "TeamInvite_login";
ALTER TABLE "TeamInvite" ADD COLUMN "loweredLogin" text GENERATED ALWAYS AS (lower("login")) STORED;
CREATE UNIQUE INDEX "TeamInvite_loweredLogin_teamId" ON "TeamInvite" ("loweredLogin", "teamId");

-- A token for all workspaces was one without a list. A list that is not there and one with nothing in it are easily taken
-- for each other, and what is between them is everything: so it is said by a column of its own.
ALTER TABLE "ApiToken" ADD COLUMN "allWorkspaces" boolean;
UPDATE "ApiToken" SET "allWorkspaces" = "workspaceIds" IS NULL, "workspaceIds" = coalesce("workspaceIds", '{}');
ALTER TABLE "ApiToken" ALTER COLUMN "allWorkspaces" SET NOT NULL, ALTER COLUMN "workspaceIds" SET NOT NULL,
  ADD CONSTRAINT "ApiToken_all_or_listed" CHECK (NOT "allWorkspaces" OR "workspaceIds" = '{}');
