CREATE TABLE "Team" (
  "id" uuid PRIMARY KEY,
  "name" text NOT NULL UNIQUE,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  -- Shut at once; the row goes when all its workspaces have gone.
  "deletingAt" timestamptz
);
CREATE INDEX "Team_deleting" ON "Team" ("id") WHERE "deletingAt" IS NOT NULL;

CREATE TABLE "Membership" (
  "teamId" uuid NOT NULL REFERENCES "Team" ON DELETE CASCADE,
  "userId" uuid NOT NULL REFERENCES "User" ON DELETE CASCADE,
  "role" text NOT NULL CHECK ("role" IN ('owner', 'admin', 'member', 'viewer')),
  "joinedAt" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("teamId", "userId")
);
CREATE INDEX "Membership_userId" ON "Membership" ("userId");
CREATE UNIQUE INDEX "Membership_one_owner" ON "Membership" ("teamId") WHERE "role" = 'owner';

-- For whoever holds the link (hash), or for one person (login, as GitHub had it).
CREATE TABLE "TeamInvite" (
  "id" uuid PRIMARY KEY,
  "teamId" uuid NOT NULL REFERENCES "Team" ON DELETE CASCADE,
  "role" text NOT NULL CHECK ("role" IN ('admin', 'member', 'viewer')),
  "hash" bytea UNIQUE,
  "login" text,
  "invitedById" uuid REFERENCES "User" ON DELETE SET NULL,
  "maxUses" integer NOT NULL,
  "uses" integer NOT NULL DEFAULT 0,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "expiresAt" timestamptz NOT NULL,
  CHECK (("hash" IS NULL) <> ("login" IS NULL))
);
CREATE INDEX "TeamInvite_teamId" ON "TeamInvite" ("teamId");
CREATE UNIQUE INDEX "TeamInvite_login" ON "TeamInvite" (lower("login"), "teamId") WHERE "login" IS NOT NULL;

-- A workspace is a person's or a team's.
ALTER TABLE "Workspace" ADD COLUMN "teamId" uuid REFERENCES "Team";
ALTER TABLE "Workspace" ADD COLUMN "createdById" uuid REFERENCES "User" ON DELETE SET NULL;
UPDATE "Workspace" SET "createdById" = "ownerId";
ALTER TABLE "Workspace" ALTER COLUMN "ownerId" DROP NOT NULL;
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_belongs" CHECK (("ownerId" IS NULL) <> ("teamId" IS NULL));
CREATE INDEX "Workspace_teamId" ON "Workspace" ("teamId", "name") WHERE "teamId" IS NOT NULL;
