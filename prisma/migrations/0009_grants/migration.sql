-- The identity provider's token of a session, sealed; asked at intervals whether it still stands.
ALTER TABLE "Session" ADD COLUMN "grant" bytea;
ALTER TABLE "Session" ADD COLUMN "grantCheckedAt" timestamptz;
CREATE INDEX "Session_grant" ON "Session" ("grantCheckedAt") WHERE "grant" IS NOT NULL AND "endedAt" IS NULL;
