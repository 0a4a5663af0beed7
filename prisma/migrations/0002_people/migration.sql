-- GitHub's number is who somebody is; a login may be renamed, and later be another person's.
ALTER TABLE "User" DROP CONSTRAINT "User_login_key";
ALTER TABLE "User" ADD COLUMN "githubId" bigint UNIQUE;
ALTER TABLE "User" ADD COLUMN "email" text;
ALTER TABLE "User" ADD COLUMN "standing" text NOT NULL DEFAULT 'active'
  CHECK ("standing" IN ('active', 'waiting_payment', 'suspended'));
CREATE UNIQUE INDEX "User_local_login" ON "User" ("login") WHERE "githubId" IS NULL;
CREATE INDEX "User_login" ON "User" (lower("login"));
CREATE INDEX "User_createdAt" ON "User" ("createdAt", "id");

-- A session slides while it is used, and ends at the latest here.
ALTER TABLE "Session" ADD COLUMN "endsAt" timestamptz;
UPDATE "Session" SET "endsAt" = "expiresAt";
ALTER TABLE "Session" ALTER COLUMN "endsAt" SET NOT NULL;

CREATE TABLE "InviteCode" (
  "id" uuid PRIMARY KEY,
  "hash" bytea NOT NULL UNIQUE,
  "maxUses" integer NOT NULL CHECK ("maxUses" > 0),
  "uses" integer NOT NULL DEFAULT 0,
  "expiresAt" timestamptz NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "revokedAt" timestamptz,
  CHECK ("uses" <= "maxUses")
);
CREATE INDEX "InviteCode_createdAt" ON "InviteCode" ("createdAt");

CREATE TABLE "WaitlistEntry" (
  "githubId" bigint PRIMARY KEY,
  "login" text NOT NULL,
  "email" text NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "invitedAt" timestamptz
);
CREATE INDEX "WaitlistEntry_createdAt" ON "WaitlistEntry" ("createdAt");
