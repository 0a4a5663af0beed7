CREATE TABLE "User" (
  "id" uuid PRIMARY KEY,
  "login" text NOT NULL UNIQUE,
  "name" text NOT NULL,
  "role" text NOT NULL DEFAULT 'member' CHECK ("role" IN ('member', 'admin')),
  "tier" text NOT NULL DEFAULT 'free' CHECK ("tier" IN ('free', 'pro', 'team')),
  "createdAt" timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE "Session" (
  "id" uuid PRIMARY KEY,
  "userId" uuid NOT NULL REFERENCES "User" ON DELETE CASCADE,
  "address" text NOT NULL,
  "userAgent" text NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "lastSeenAt" timestamptz NOT NULL DEFAULT now(),
  "expiresAt" timestamptz NOT NULL,
  "endedAt" timestamptz
);
CREATE INDEX "Session_userId" ON "Session" ("userId");

-- One-time exchanges: sign-in links and entries into a workspace. Only a hash is kept.
CREATE TABLE "Code" (
  "hash" bytea PRIMARY KEY,
  "purpose" text NOT NULL,
  "claims" jsonb NOT NULL,
  "expiresAt" timestamptz NOT NULL
);
CREATE INDEX "Code_expiresAt" ON "Code" ("expiresAt");

CREATE TABLE "Workspace" (
  "id" uuid PRIMARY KEY,
  "ownerId" uuid NOT NULL REFERENCES "User",
  "name" text NOT NULL UNIQUE,
  "state" text NOT NULL CHECK ("state" IN
    ('creating', 'starting', 'running', 'stopping', 'stopped', 'failed', 'deleting')),
  "step" text,
  "reason" text,
  -- Counts the containers made for it; a container that carries an older number is a leftover.
  "incarnation" integer NOT NULL DEFAULT 0,
  -- Containers lost in a row without anybody asking.
  "losses" integer NOT NULL DEFAULT 0,
  "revision" bigint NOT NULL DEFAULT 1,
  "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now(),
  "startedAt" timestamptz,
  "lastActivityAt" timestamptz
);
CREATE INDEX "Workspace_ownerId_name" ON "Workspace" ("ownerId", "name");
CREATE INDEX "Workspace_awake" ON "Workspace" ("state")
  WHERE "state" IN ('creating', 'starting', 'running', 'stopping', 'deleting');

CREATE TABLE "AuditEntry" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "at" timestamptz NOT NULL DEFAULT now(),
  "actorKind" text NOT NULL,
  "actorId" text NOT NULL,
  "action" text NOT NULL,
  "targetKind" text,
  "targetId" text,
  "targetName" text,
  "address" text,
  "requestId" text,
  "outcome" text NOT NULL
);
CREATE INDEX "AuditEntry_at" ON "AuditEntry" ("at");
CREATE INDEX "AuditEntry_target" ON "AuditEntry" ("targetId", "id");

-- Events written with the change they tell of, until they are on the bus.
CREATE TABLE "OutboxEvent" (
  "id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "subject" text NOT NULL,
  "payload" jsonb NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT now()
);
