CREATE TABLE "AuditEntry" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "at" timestamp with time zone NOT NULL DEFAULT now(),
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
INSERT INTO "AuditEntry" ("id", "at", "actorKind", "actorId", "action", "targetKind", "targetId", "targetName", "address", "requestId", "outcome") OVERRIDING SYSTEM VALUE VALUES
  ('1', '2026-03-01 10:00:00.123456+00', 'user', '00000000-0000-4000-8000-000000000001', 'workspace.create', 'workspace', '00000000-0000-4000-8000-000000000030', 'own', '192.0.2.7', 'r1', 'success'),
  ('2', '2026-03-02 10:00:00+00', 'system', 'reconciler', 'workspace.stop', NULL, NULL, NULL, NULL, NULL, 'success');
SELECT setval(pg_get_serial_sequence('"AuditEntry"', 'id'), 2);
CREATE TABLE "Code" (
  "hash" bytea NOT NULL,
  "purpose" text NOT NULL,
  "claims" jsonb NOT NULL,
  "expiresAt" timestamp with time zone NOT NULL
);
INSERT INTO "Code" ("hash", "purpose", "claims", "expiresAt") OVERRIDING SYSTEM VALUE VALUES
  (E'\\x636f6465', 'sign-in', '{"userId": "00000000-0000-4000-8000-000000000001"}', '2027-03-02 10:00:00+00');
CREATE TABLE "InviteCode" (
  "id" uuid NOT NULL,
  "hash" bytea NOT NULL,
  "maxUses" integer NOT NULL,
  "uses" integer NOT NULL DEFAULT 0,
  "expiresAt" timestamp with time zone NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "revokedAt" timestamp with time zone
);
INSERT INTO "InviteCode" ("id", "hash", "maxUses", "uses", "expiresAt", "createdAt", "revokedAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000025', E'\\x696e76697465', '3', '1', '2027-03-02 10:00:00+00', '2026-03-01 10:00:00.123456+00', NULL);
CREATE TABLE "OutboxEvent" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "subject" text NOT NULL,
  "payload" jsonb NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now()
);
INSERT INTO "OutboxEvent" ("id", "subject", "payload", "createdAt") OVERRIDING SYSTEM VALUE VALUES
  ('5', 'arcx.events.user.1', '{"list": [1, null], "type": "workspace"}', '2026-03-01 10:00:00.123456+00');
SELECT setval(pg_get_serial_sequence('"OutboxEvent"', 'id'), 5);
CREATE TABLE "Session" (
  "id" uuid NOT NULL,
  "userId" uuid NOT NULL,
  "address" text NOT NULL,
  "userAgent" text NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "lastSeenAt" timestamp with time zone NOT NULL DEFAULT now(),
  "expiresAt" timestamp with time zone NOT NULL,
  "endedAt" timestamp with time zone,
  "endsAt" timestamp with time zone NOT NULL
);
INSERT INTO "Session" ("id", "userId", "address", "userAgent", "createdAt", "lastSeenAt", "expiresAt", "endedAt", "endsAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000010', '00000000-0000-4000-8000-000000000001', '192.0.2.7', 'Firefox', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2027-03-02 10:00:00+00', NULL, '2027-03-02 10:00:00+00'),
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000002', '::1', 'arcx', '2026-03-01 10:00:00.123456+00', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', '2027-03-02 10:00:00+00');
CREATE TABLE "User" (
  "id" uuid NOT NULL,
  "login" text NOT NULL,
  "name" text NOT NULL,
  "role" text NOT NULL DEFAULT 'member'::text,
  "tier" text NOT NULL DEFAULT 'free'::text,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "githubId" bigint,
  "email" text,
  "standing" text NOT NULL DEFAULT 'active'::text
);
INSERT INTO "User" ("id", "login", "name", "role", "tier", "createdAt", "githubId", "email", "standing") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000001', 'ann_b', 'Ann', 'admin', 'pro', '2026-03-01 10:00:00.123456+00', '9007199254740993', 'ann@example.org', 'active'),
  ('00000000-0000-4000-8000-000000000002', 'annxb', 'Ben', 'member', 'free', '2026-03-02 10:00:00+00', NULL, NULL, 'suspended');
CREATE TABLE "WaitlistEntry" (
  "githubId" bigint NOT NULL,
  "login" text NOT NULL,
  "email" text NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "invitedAt" timestamp with time zone
);
INSERT INTO "WaitlistEntry" ("githubId", "login", "email", "createdAt", "invitedAt") OVERRIDING SYSTEM VALUE VALUES
  ('42', 'waiting', 'w@example.org', '2026-03-01 10:00:00.123456+00', NULL);
CREATE TABLE "Workspace" (
  "id" uuid NOT NULL,
  "ownerId" uuid NOT NULL,
  "name" text NOT NULL,
  "state" text NOT NULL,
  "step" text,
  "reason" text,
  "incarnation" integer NOT NULL DEFAULT 0,
  "losses" integer NOT NULL DEFAULT 0,
  "revision" bigint NOT NULL DEFAULT 1,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "updatedAt" timestamp with time zone NOT NULL DEFAULT now(),
  "startedAt" timestamp with time zone,
  "lastActivityAt" timestamp with time zone
);
INSERT INTO "Workspace" ("id", "ownerId", "name", "state", "step", "reason", "incarnation", "losses", "revision", "createdAt", "updatedAt", "startedAt", "lastActivityAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000030', '00000000-0000-4000-8000-000000000001', 'own', 'running', NULL, NULL, '7', '1', '9007199254740995', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00'),
  ('00000000-0000-4000-8000-000000000031', '00000000-0000-4000-8000-000000000002', 'failed-one', 'failed', 'image', 'It was not there.', '1', '0', '3', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', NULL, NULL);
CREATE TABLE "kysely_migration" (
  "name" character varying(255) NOT NULL,
  "timestamp" character varying(255) NOT NULL
);
INSERT INTO "kysely_migration" ("name", "timestamp") OVERRIDING SYSTEM VALUE VALUES
  ('0001-first', '2026-11-27T20:29:06.550Z'),
  ('0002-people', '2026-11-27T20:29:06.618Z');
CREATE TABLE "kysely_migration_lock" (
  "id" character varying(255) NOT NULL,
  "is_locked" integer NOT NULL DEFAULT 0
);
INSERT INTO "kysely_migration_lock" ("id", "is_locked") OVERRIDING SYSTEM VALUE VALUES
  ('migration_lock', '0');
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_pkey" PRIMARY KEY (id);
ALTER TABLE "Code" ADD CONSTRAINT "Code_pkey" PRIMARY KEY (hash);
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_pkey" PRIMARY KEY (id);
ALTER TABLE "OutboxEvent" ADD CONSTRAINT "OutboxEvent_pkey" PRIMARY KEY (id);
ALTER TABLE "Session" ADD CONSTRAINT "Session_pkey" PRIMARY KEY (id);
ALTER TABLE "User" ADD CONSTRAINT "User_pkey" PRIMARY KEY (id);
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_pkey" PRIMARY KEY ("githubId");
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_pkey" PRIMARY KEY (id);
ALTER TABLE kysely_migration_lock ADD CONSTRAINT "kysely_migration_lock_pkey" PRIMARY KEY (id);
ALTER TABLE kysely_migration ADD CONSTRAINT "kysely_migration_pkey" PRIMARY KEY (name);
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_hash_key" UNIQUE (hash);
ALTER TABLE "User" ADD CONSTRAINT "User_githubId_key" UNIQUE ("githubId");
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_name_key" UNIQUE (name);
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_check" CHECK ((uses <= "maxUses"));
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_maxUses_check" CHECK (("maxUses" > 0));
ALTER TABLE "User" ADD CONSTRAINT "User_role_check" CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text])));
ALTER TABLE "User" ADD CONSTRAINT "User_standing_check" CHECK ((standing = ANY (ARRAY['active'::text, 'waiting_payment'::text, 'suspended'::text])));
ALTER TABLE "User" ADD CONSTRAINT "User_tier_check" CHECK ((tier = ANY (ARRAY['free'::text, 'pro'::text, 'team'::text])));
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_state_check" CHECK ((state = ANY (ARRAY['creating'::text, 'starting'::text, 'running'::text, 'stopping'::text, 'stopped'::text, 'failed'::text, 'deleting'::text])));
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"(id);
CREATE INDEX "AuditEntry_at" ON public."AuditEntry" USING btree (at);
CREATE INDEX "AuditEntry_target" ON public."AuditEntry" USING btree ("targetId", id);
CREATE INDEX "Code_expiresAt" ON public."Code" USING btree ("expiresAt");
CREATE INDEX "InviteCode_createdAt" ON public."InviteCode" USING btree ("createdAt");
CREATE INDEX "Session_userId" ON public."Session" USING btree ("userId");
CREATE INDEX "User_createdAt" ON public."User" USING btree ("createdAt", id);
CREATE UNIQUE INDEX "User_local_login" ON public."User" USING btree (login) WHERE ("githubId" IS NULL);
CREATE INDEX "User_login" ON public."User" USING btree (lower(login));
CREATE INDEX "WaitlistEntry_createdAt" ON public."WaitlistEntry" USING btree ("createdAt");
CREATE INDEX "Workspace_awake" ON public."Workspace" USING btree (state) WHERE (state = ANY (ARRAY['creating'::text, 'starting'::text, 'running'::text, 'stopping'::text, 'deleting'::text]));
CREATE INDEX "Workspace_ownerId_name" ON public."Workspace" USING btree ("ownerId", name);
