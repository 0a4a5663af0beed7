CREATE TABLE "ApiToken" (
  "id" uuid PRIMARY KEY,
  "userId" uuid NOT NULL REFERENCES "User" ON DELETE CASCADE,
  "name" text NOT NULL,
  -- Of the whole token; only its last four characters are kept to tell it by.
  "hash" bytea NOT NULL UNIQUE,
  "ending" text NOT NULL,
  "scopes" text[] NOT NULL,
  -- Null for all that the person may use.
  "workspaceIds" uuid[],
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "expiresAt" timestamptz,
  "lastUsedAt" timestamptz,
  "revokedAt" timestamptz
);
CREATE INDEX "ApiToken_userId" ON "ApiToken" ("userId", "createdAt");
