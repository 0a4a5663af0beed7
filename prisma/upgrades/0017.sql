CREATE TABLE "Announcement" (
  "id" uuid NOT NULL,
  "text" text NOT NULL,
  "tone" text NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "endsAt" timestamp with time zone
);
INSERT INTO "Announcement" ("id", "text", "tone", "createdAt", "endsAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000040', 'Maintenance at noon', 'warning', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00');
CREATE TABLE "ApiToken" (
  "id" uuid NOT NULL,
  "userId" uuid NOT NULL,
  "name" text NOT NULL,
  "hash" bytea NOT NULL,
  "ending" text NOT NULL,
  "scopes" text[] NOT NULL,
  "workspaceIds" uuid[],
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "expiresAt" timestamp with time zone,
  "lastUsedAt" timestamp with time zone,
  "revokedAt" timestamp with time zone
);
INSERT INTO "ApiToken" ("id", "userId", "name", "hash", "ending", "scopes", "workspaceIds", "createdAt", "expiresAt", "lastUsedAt", "revokedAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000020', '00000000-0000-4000-8000-000000000001', 'ci', E'\\x746f6b656e', 'abcd', '{workspaces:read,exec}', NULL, '2026-03-01 10:00:00.123456+00', NULL, '2026-03-02 10:00:00+00', NULL),
  ('00000000-0000-4000-8000-000000000021', '00000000-0000-4000-8000-000000000001', 'bound', E'\\x746f6b656e32', 'wxyz', '{exec}', '{00000000-0000-4000-8000-000000000030}', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00', NULL, '2026-03-02 10:00:00+00'),
  ('00000000-0000-4000-8000-000000000022', '00000000-0000-4000-8000-000000000001', 'none', E'\\x746f6b656e33', 'efgh', '{exec}', '{}', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00', NULL, NULL);
CREATE TABLE "AuditEntry" (
  "id" bigint NOT NULL,
  "at" timestamp with time zone NOT NULL DEFAULT now(),
  "actorKind" text NOT NULL,
  "actorId" text NOT NULL,
  "action" text NOT NULL,
  "targetKind" text,
  "targetId" text,
  "targetName" text,
  "address" text,
  "requestId" text,
  "outcome" text NOT NULL,
  "hash" bytea
);
INSERT INTO "AuditEntry" ("id", "at", "actorKind", "actorId", "action", "targetKind", "targetId", "targetName", "address", "requestId", "outcome", "hash") OVERRIDING SYSTEM VALUE VALUES
  ('1', '2026-03-01 10:00:00.123456+00', 'user', '00000000-0000-4000-8000-000000000001', 'workspace.create', 'workspace', '00000000-0000-4000-8000-000000000030', 'own', '192.0.2.7', 'r1', 'success', E'\\x6831'),
  ('2', '2026-03-02 10:00:00+00', 'system', 'reconciler', 'workspace.stop', NULL, NULL, NULL, NULL, NULL, 'success', E'\\x6832');
CREATE TABLE "Code" (
  "hash" bytea NOT NULL,
  "purpose" text NOT NULL,
  "claims" jsonb NOT NULL,
  "expiresAt" timestamp with time zone NOT NULL
);
INSERT INTO "Code" ("hash", "purpose", "claims", "expiresAt") OVERRIDING SYSTEM VALUE VALUES
  (E'\\x636f6465', 'sign-in', '{"userId": "00000000-0000-4000-8000-000000000001"}', '2027-03-02 10:00:00+00');
CREATE TABLE "DeviceLogin" (
  "hash" bytea NOT NULL,
  "userCode" text NOT NULL,
  "clientName" text NOT NULL,
  "address" text NOT NULL,
  "state" text NOT NULL DEFAULT 'pending'::text,
  "sessionId" uuid,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "expiresAt" timestamp with time zone NOT NULL
);
INSERT INTO "DeviceLogin" ("hash", "userCode", "clientName", "address", "state", "sessionId", "createdAt", "expiresAt") OVERRIDING SYSTEM VALUE VALUES
  (E'\\x646576696365', 'ABCDEFGH', 'arcx on a laptop', '192.0.2.9', 'approved', '00000000-0000-4000-8000-000000000010', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00');
CREATE TABLE "Document" (
  "id" uuid NOT NULL,
  "workspaceId" uuid NOT NULL,
  "path" text NOT NULL,
  "snapshot" bytea,
  "diskHash" text,
  "diskState" bytea
);
INSERT INTO "Document" ("id", "workspaceId", "path", "snapshot", "diskHash", "diskState") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000070', '00000000-0000-4000-8000-000000000030', 'src/a.ts', E'\\x736e6170', 'ab12', E'\\x7374617465');
CREATE TABLE "DocumentAnnouncement" (
  "documentId" uuid NOT NULL,
  "hash" text NOT NULL,
  "state" bytea NOT NULL,
  "userId" uuid,
  "at" timestamp with time zone NOT NULL DEFAULT now()
);
INSERT INTO "DocumentAnnouncement" ("documentId", "hash", "state", "userId", "at") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000070', 'cd34', E'\\x7374', '00000000-0000-4000-8000-000000000001', '2026-03-02 10:00:00+00');
CREATE TABLE "DocumentChange" (
  "documentId" uuid NOT NULL,
  "sequence" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "userId" uuid,
  "firstAt" timestamp with time zone NOT NULL,
  "lastAt" timestamp with time zone NOT NULL,
  "updates" integer NOT NULL
);
INSERT INTO "DocumentChange" ("documentId", "sequence", "userId", "firstAt", "lastAt", "updates") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000070', '4', '00000000-0000-4000-8000-000000000001', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '3');
SELECT setval(pg_get_serial_sequence('"DocumentChange"', 'sequence'), 4);
CREATE TABLE "DocumentUpdate" (
  "documentId" uuid NOT NULL,
  "sequence" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "update" bytea NOT NULL,
  "userId" uuid,
  "at" timestamp with time zone NOT NULL DEFAULT now(),
  "isUnusable" boolean NOT NULL DEFAULT false
);
INSERT INTO "DocumentUpdate" ("documentId", "sequence", "update", "userId", "at", "isUnusable") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000070', '9', E'\\x7570', '00000000-0000-4000-8000-000000000001', '2026-03-02 10:00:00+00', 'true');
SELECT setval(pg_get_serial_sequence('"DocumentUpdate"', 'sequence'), 9);
CREATE TABLE "DocumentVersion" (
  "id" uuid NOT NULL,
  "documentId" uuid NOT NULL,
  "at" timestamp with time zone NOT NULL DEFAULT now(),
  "userId" uuid,
  "cause" text NOT NULL,
  "letters" integer NOT NULL,
  "text" bytea NOT NULL
);
INSERT INTO "DocumentVersion" ("id", "documentId", "at", "userId", "cause", "letters", "text") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000071', '00000000-0000-4000-8000-000000000070', '2026-03-02 10:00:00+00', '00000000-0000-4000-8000-000000000001', 'saved', '5', E'\\x677a6970');
CREATE TABLE "EgressPolicy" (
  "id" uuid NOT NULL,
  "ownerId" uuid,
  "teamId" uuid,
  "fallback" text NOT NULL,
  "allow" text[] NOT NULL,
  "deny" text[] NOT NULL,
  "updatedAt" timestamp with time zone NOT NULL DEFAULT now(),
  "workspaceId" uuid,
  "limits" jsonb NOT NULL DEFAULT '[]'::jsonb,
  "found" text NOT NULL DEFAULT 'off'::text,
  "pasted" text NOT NULL DEFAULT 'refuse'::text
);
INSERT INTO "EgressPolicy" ("id", "ownerId", "teamId", "fallback", "allow", "deny", "updatedAt", "workspaceId", "limits", "found", "pasted") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000055', '00000000-0000-4000-8000-000000000001', NULL, 'closed', '{github.com}', '{evil.example}', '2026-03-02 10:00:00+00', NULL, '[{"per": "minute", "requests": 60}]', 'redact', 'observe');
CREATE TABLE "EgressRecord" (
  "id" uuid NOT NULL,
  "workspaceId" uuid NOT NULL,
  "at" timestamp with time zone NOT NULL,
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
  "scrubbed" integer NOT NULL,
  "userId" uuid,
  "redacted" jsonb NOT NULL DEFAULT '{}'::jsonb
);
INSERT INTO "EgressRecord" ("id", "workspaceId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "userId", "redacted") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000060', '00000000-0000-4000-8000-000000000030', '2026-03-01 10:00:00.123456+00', 'GET', 'https', 'api.openai.com', '443', '/v1', 'done', '200', '9007199254740993', '12', '31', '{OPENAI_API_KEY}', '2', '00000000-0000-4000-8000-000000000001', '{"github-pat": 1}');
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
CREATE TABLE "Membership" (
  "teamId" uuid NOT NULL,
  "userId" uuid NOT NULL,
  "role" text NOT NULL,
  "joinedAt" timestamp with time zone NOT NULL DEFAULT now()
);
INSERT INTO "Membership" ("teamId", "userId", "role", "joinedAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000001', 'owner', '2026-03-01 10:00:00.123456+00'),
  ('00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000002', 'viewer', '2026-03-02 10:00:00+00');
CREATE TABLE "OutboxEvent" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "subject" text NOT NULL,
  "payload" jsonb NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now()
);
INSERT INTO "OutboxEvent" ("id", "subject", "payload", "createdAt") OVERRIDING SYSTEM VALUE VALUES
  ('5', 'arcx.events.user.1', '{"list": [1, null], "type": "workspace"}', '2026-03-01 10:00:00.123456+00');
SELECT setval(pg_get_serial_sequence('"OutboxEvent"', 'id'), 5);
CREATE TABLE "Secret" (
  "id" uuid NOT NULL,
  "ownerId" uuid,
  "teamId" uuid,
  "name" text NOT NULL,
  "sealed" bytea NOT NULL,
  "placeholder" text NOT NULL,
  "hosts" text[] NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "updatedAt" timestamp with time zone NOT NULL DEFAULT now(),
  "workspaceId" uuid,
  "places" text[] NOT NULL DEFAULT '{}'::text[]
);
INSERT INTO "Secret" ("id", "ownerId", "teamId", "name", "sealed", "placeholder", "hosts", "createdAt", "updatedAt", "workspaceId", "places") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000050', '00000000-0000-4000-8000-000000000001', NULL, 'OPENAI_API_KEY', E'\\x7365616c656400c3bf', 'sk-aaaaaaaa', '{api.openai.com}', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', NULL, '{header}'),
  ('00000000-0000-4000-8000-000000000051', NULL, '00000000-0000-4000-8000-000000000005', 'OPENAI_API_KEY', E'\\x7332', 'sk-bbbbbbbb', '{}', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', NULL, '{}'),
  ('00000000-0000-4000-8000-000000000052', NULL, NULL, 'DB', E'\\x7333', 'cccccccc', '{*.example.org,db.example.org}', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '00000000-0000-4000-8000-000000000030', '{}');
CREATE TABLE "Session" (
  "id" uuid NOT NULL,
  "userId" uuid NOT NULL,
  "address" text NOT NULL,
  "userAgent" text NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "lastSeenAt" timestamp with time zone NOT NULL DEFAULT now(),
  "expiresAt" timestamp with time zone NOT NULL,
  "endedAt" timestamp with time zone,
  "endsAt" timestamp with time zone NOT NULL,
  "grant" bytea,
  "grantCheckedAt" timestamp with time zone
);
INSERT INTO "Session" ("id", "userId", "address", "userAgent", "createdAt", "lastSeenAt", "expiresAt", "endedAt", "endsAt", "grant", "grantCheckedAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000010', '00000000-0000-4000-8000-000000000001', '192.0.2.7', 'Firefox', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2027-03-02 10:00:00+00', NULL, '2027-03-02 10:00:00+00', E'\\x7365616c6564006772616e74', '2026-03-02 10:00:00+00'),
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000002', '::1', 'arcx', '2026-03-01 10:00:00.123456+00', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', '2027-03-02 10:00:00+00', NULL, NULL);
CREATE TABLE "Team" (
  "id" uuid NOT NULL,
  "name" text NOT NULL,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "deletingAt" timestamp with time zone
);
INSERT INTO "Team" ("id", "name", "createdAt", "deletingAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000005', 'pair', '2026-03-01 10:00:00.123456+00', NULL);
CREATE TABLE "TeamInvite" (
  "id" uuid NOT NULL,
  "teamId" uuid NOT NULL,
  "role" text NOT NULL,
  "hash" bytea,
  "login" text,
  "invitedById" uuid,
  "maxUses" integer NOT NULL,
  "uses" integer NOT NULL DEFAULT 0,
  "createdAt" timestamp with time zone NOT NULL DEFAULT now(),
  "expiresAt" timestamp with time zone NOT NULL
);
INSERT INTO "TeamInvite" ("id", "teamId", "role", "hash", "login", "invitedById", "maxUses", "uses", "createdAt", "expiresAt") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000026', '00000000-0000-4000-8000-000000000005', 'member', E'\\x6c696e6b', NULL, '00000000-0000-4000-8000-000000000001', '5', '2', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00'),
  ('00000000-0000-4000-8000-000000000027', '00000000-0000-4000-8000-000000000005', 'admin', NULL, 'Carl', '00000000-0000-4000-8000-000000000001', '1', '0', '2026-03-01 10:00:00.123456+00', '2027-03-02 10:00:00+00');
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
  "ownerId" uuid,
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
  "lastActivityAt" timestamp with time zone,
  "teamId" uuid,
  "createdById" uuid,
  "diskBytes" bigint,
  "diskFiles" bigint
);
INSERT INTO "Workspace" ("id", "ownerId", "name", "state", "step", "reason", "incarnation", "losses", "revision", "createdAt", "updatedAt", "startedAt", "lastActivityAt", "teamId", "createdById", "diskBytes", "diskFiles") OVERRIDING SYSTEM VALUE VALUES
  ('00000000-0000-4000-8000-000000000030', '00000000-0000-4000-8000-000000000001', 'own', 'running', NULL, NULL, '7', '1', '9007199254740995', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', NULL, '00000000-0000-4000-8000-000000000001', '5000000000', '1234'),
  ('00000000-0000-4000-8000-000000000031', '00000000-0000-4000-8000-000000000002', 'failed-one', 'failed', 'image', 'It was not there.', '1', '0', '3', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', NULL, NULL, NULL, '00000000-0000-4000-8000-000000000002', NULL, NULL),
  ('00000000-0000-4000-8000-000000000032', NULL, 'teams-own', 'stopped', NULL, NULL, '2', '0', '9', '2026-03-01 10:00:00.123456+00', '2026-03-02 10:00:00+00', NULL, NULL, '00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000002', NULL, NULL);
CREATE TABLE "kysely_migration" (
  "name" character varying(255) NOT NULL,
  "timestamp" character varying(255) NOT NULL
);
INSERT INTO "kysely_migration" ("name", "timestamp") OVERRIDING SYSTEM VALUE VALUES
  ('0001-first', '2026-11-27T20:29:30.937Z'),
  ('0002-people', '2026-11-27T20:29:30.989Z'),
  ('0003-audit-chain', '2026-11-27T20:29:31.004Z'),
  ('0004-api-tokens', '2026-11-27T20:29:31.015Z'),
  ('0005-leaving', '2026-11-27T20:29:31.020Z'),
  ('0006-teams', '2026-11-27T20:29:31.068Z'),
  ('0007-programs', '2026-11-27T20:29:31.123Z'),
  ('0008-announcements', '2026-11-27T20:29:31.152Z'),
  ('0009-grants', '2026-11-27T20:29:31.170Z'),
  ('0010-egress', '2026-11-27T20:29:31.210Z'),
  ('0011-egress-policy', '2026-11-27T20:29:31.224Z'),
  ('0012-egress-limits', '2026-11-27T20:29:31.242Z'),
  ('0013-documents', '2026-11-27T20:29:31.267Z'),
  ('0014-document-history', '2026-11-27T20:29:31.297Z'),
  ('0015-opened-versions', '2026-11-27T20:29:31.301Z'),
  ('0016-disk-use', '2026-11-27T20:29:31.307Z'),
  ('0017-unusable-updates', '2026-11-27T20:29:31.311Z');
CREATE TABLE "kysely_migration_lock" (
  "id" character varying(255) NOT NULL,
  "is_locked" integer NOT NULL DEFAULT 0
);
INSERT INTO "kysely_migration_lock" ("id", "is_locked") OVERRIDING SYSTEM VALUE VALUES
  ('migration_lock', '0');
ALTER TABLE "Announcement" ADD CONSTRAINT "Announcement_pkey" PRIMARY KEY (id);
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_pkey" PRIMARY KEY (id);
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_pkey" PRIMARY KEY (id);
ALTER TABLE "Code" ADD CONSTRAINT "Code_pkey" PRIMARY KEY (hash);
ALTER TABLE "DeviceLogin" ADD CONSTRAINT "DeviceLogin_pkey" PRIMARY KEY (hash);
ALTER TABLE "DocumentAnnouncement" ADD CONSTRAINT "DocumentAnnouncement_pkey" PRIMARY KEY ("documentId", hash);
ALTER TABLE "DocumentChange" ADD CONSTRAINT "DocumentChange_pkey" PRIMARY KEY ("documentId", sequence);
ALTER TABLE "DocumentUpdate" ADD CONSTRAINT "DocumentUpdate_pkey" PRIMARY KEY ("documentId", sequence);
ALTER TABLE "DocumentVersion" ADD CONSTRAINT "DocumentVersion_pkey" PRIMARY KEY (id);
ALTER TABLE "Document" ADD CONSTRAINT "Document_pkey" PRIMARY KEY (id);
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_pkey" PRIMARY KEY (id);
ALTER TABLE "EgressRecord" ADD CONSTRAINT "EgressRecord_pkey" PRIMARY KEY (id);
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_pkey" PRIMARY KEY (id);
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_pkey" PRIMARY KEY ("teamId", "userId");
ALTER TABLE "OutboxEvent" ADD CONSTRAINT "OutboxEvent_pkey" PRIMARY KEY (id);
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_pkey" PRIMARY KEY (id);
ALTER TABLE "Session" ADD CONSTRAINT "Session_pkey" PRIMARY KEY (id);
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_pkey" PRIMARY KEY (id);
ALTER TABLE "Team" ADD CONSTRAINT "Team_pkey" PRIMARY KEY (id);
ALTER TABLE "User" ADD CONSTRAINT "User_pkey" PRIMARY KEY (id);
ALTER TABLE "WaitlistEntry" ADD CONSTRAINT "WaitlistEntry_pkey" PRIMARY KEY ("githubId");
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_pkey" PRIMARY KEY (id);
ALTER TABLE kysely_migration_lock ADD CONSTRAINT "kysely_migration_lock_pkey" PRIMARY KEY (id);
ALTER TABLE kysely_migration ADD CONSTRAINT "kysely_migration_pkey" PRIMARY KEY (name);
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_hash_key" UNIQUE (hash);
ALTER TABLE "DeviceLogin" ADD CONSTRAINT "DeviceLogin_userCode_key" UNIQUE ("userCode");
ALTER TABLE "Document" ADD CONSTRAINT "Document_workspaceId_path_key" UNIQUE ("workspaceId", path);
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_ownerId_key" UNIQUE ("ownerId");
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_teamId_key" UNIQUE ("teamId");
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_workspaceId_key" UNIQUE ("workspaceId");
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_hash_key" UNIQUE (hash);
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_placeholder_key" UNIQUE (placeholder);
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_hash_key" UNIQUE (hash);
ALTER TABLE "Team" ADD CONSTRAINT "Team_name_key" UNIQUE (name);
ALTER TABLE "User" ADD CONSTRAINT "User_githubId_key" UNIQUE ("githubId");
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_name_key" UNIQUE (name);
ALTER TABLE "Announcement" ADD CONSTRAINT "Announcement_tone_check" CHECK ((tone = ANY (ARRAY['info'::text, 'warning'::text])));
ALTER TABLE "DeviceLogin" ADD CONSTRAINT "DeviceLogin_state_check" CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text])));
ALTER TABLE "DocumentVersion" ADD CONSTRAINT "DocumentVersion_cause_check" CHECK ((cause = ANY (ARRAY['opened'::text, 'saved'::text, 'disk'::text, 'restored'::text])));
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_fallback_check" CHECK ((fallback = ANY (ARRAY['open'::text, 'closed'::text])));
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_found_check" CHECK ((found = ANY (ARRAY['off'::text, 'observe'::text, 'redact'::text])));
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_holder" CHECK ((num_nonnulls("ownerId", "teamId", "workspaceId") = 1));
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_pasted_check" CHECK ((pasted = ANY (ARRAY['off'::text, 'observe'::text, 'refuse'::text])));
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_check" CHECK ((uses <= "maxUses"));
ALTER TABLE "InviteCode" ADD CONSTRAINT "InviteCode_maxUses_check" CHECK (("maxUses" > 0));
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_role_check" CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text])));
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_holder" CHECK ((num_nonnulls("ownerId", "teamId", "workspaceId") = 1));
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_check" CHECK (((hash IS NULL) <> (login IS NULL)));
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_role_check" CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text, 'viewer'::text])));
ALTER TABLE "User" ADD CONSTRAINT "User_role_check" CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text])));
ALTER TABLE "User" ADD CONSTRAINT "User_standing_check" CHECK ((standing = ANY (ARRAY['active'::text, 'waiting_payment'::text, 'suspended'::text, 'leaving'::text])));
ALTER TABLE "User" ADD CONSTRAINT "User_tier_check" CHECK ((tier = ANY (ARRAY['free'::text, 'pro'::text, 'team'::text])));
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_belongs" CHECK ((("ownerId" IS NULL) <> ("teamId" IS NULL)));
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_state_check" CHECK ((state = ANY (ARRAY['creating'::text, 'starting'::text, 'running'::text, 'stopping'::text, 'stopped'::text, 'failed'::text, 'deleting'::text])));
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "DeviceLogin" ADD CONSTRAINT "DeviceLogin_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"(id) ON DELETE CASCADE;
ALTER TABLE "DocumentAnnouncement" ADD CONSTRAINT "DocumentAnnouncement_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "Document"(id) ON DELETE CASCADE;
ALTER TABLE "DocumentChange" ADD CONSTRAINT "DocumentChange_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "Document"(id) ON DELETE CASCADE;
ALTER TABLE "DocumentUpdate" ADD CONSTRAINT "DocumentUpdate_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "Document"(id) ON DELETE CASCADE;
ALTER TABLE "DocumentVersion" ADD CONSTRAINT "DocumentVersion_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES "Document"(id) ON DELETE CASCADE;
ALTER TABLE "Document" ADD CONSTRAINT "Document_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"(id) ON DELETE CASCADE;
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"(id) ON DELETE CASCADE;
ALTER TABLE "EgressPolicy" ADD CONSTRAINT "EgressPolicy_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"(id) ON DELETE CASCADE;
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"(id) ON DELETE CASCADE;
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"(id) ON DELETE CASCADE;
ALTER TABLE "Secret" ADD CONSTRAINT "Secret_workspaceId_fkey" FOREIGN KEY ("workspaceId") REFERENCES "Workspace"(id) ON DELETE CASCADE;
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"(id) ON DELETE CASCADE;
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_invitedById_fkey" FOREIGN KEY ("invitedById") REFERENCES "User"(id) ON DELETE SET NULL;
ALTER TABLE "TeamInvite" ADD CONSTRAINT "TeamInvite_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"(id) ON DELETE CASCADE;
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"(id) ON DELETE SET NULL;
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"(id);
ALTER TABLE "Workspace" ADD CONSTRAINT "Workspace_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"(id);
CREATE INDEX "ApiToken_userId" ON public."ApiToken" USING btree ("userId", "createdAt");
CREATE INDEX "AuditEntry_action" ON public."AuditEntry" USING btree (action, id);
CREATE INDEX "AuditEntry_actor" ON public."AuditEntry" USING btree ("actorId", id);
CREATE INDEX "AuditEntry_at" ON public."AuditEntry" USING btree (at);
CREATE INDEX "AuditEntry_target" ON public."AuditEntry" USING btree ("targetId", id);
CREATE INDEX "Code_expiresAt" ON public."Code" USING btree ("expiresAt");
CREATE INDEX "DeviceLogin_expiresAt" ON public."DeviceLogin" USING btree ("expiresAt");
CREATE INDEX "DocumentVersion_of_document" ON public."DocumentVersion" USING btree ("documentId", at DESC);
CREATE INDEX "EgressRecord_at" ON public."EgressRecord" USING btree (at);
CREATE INDEX "EgressRecord_open" ON public."EgressRecord" USING btree (id) WHERE (outcome = 'open'::text);
CREATE INDEX "EgressRecord_workspaceId" ON public."EgressRecord" USING btree ("workspaceId", at DESC);
CREATE INDEX "InviteCode_createdAt" ON public."InviteCode" USING btree ("createdAt");
CREATE UNIQUE INDEX "Membership_one_owner" ON public."Membership" USING btree ("teamId") WHERE (role = 'owner'::text);
CREATE INDEX "Membership_userId" ON public."Membership" USING btree ("userId");
CREATE UNIQUE INDEX "Secret_ownerId_name" ON public."Secret" USING btree ("ownerId", name) WHERE ("ownerId" IS NOT NULL);
CREATE UNIQUE INDEX "Secret_teamId_name" ON public."Secret" USING btree ("teamId", name) WHERE ("teamId" IS NOT NULL);
CREATE UNIQUE INDEX "Secret_workspaceId_name" ON public."Secret" USING btree ("workspaceId", name) WHERE ("workspaceId" IS NOT NULL);
CREATE INDEX "Session_grant" ON public."Session" USING btree ("grantCheckedAt") WHERE (("grant" IS NOT NULL) AND ("endedAt" IS NULL));
CREATE INDEX "Session_userId" ON public."Session" USING btree ("userId");
CREATE UNIQUE INDEX "TeamInvite_login" ON public."TeamInvite" USING btree (lower(login), "teamId") WHERE (login IS NOT NULL);
CREATE INDEX "TeamInvite_teamId" ON public."TeamInvite" USING btree ("teamId");
CREATE INDEX "Team_deleting" ON public."Team" USING btree (id) WHERE ("deletingAt" IS NOT NULL);
CREATE INDEX "User_createdAt" ON public."User" USING btree ("createdAt", id);
CREATE INDEX "User_leaving" ON public."User" USING btree (id) WHERE (standing = 'leaving'::text);
CREATE UNIQUE INDEX "User_local_login" ON public."User" USING btree (login) WHERE ("githubId" IS NULL);
CREATE INDEX "User_login" ON public."User" USING btree (lower(login));
CREATE INDEX "WaitlistEntry_createdAt" ON public."WaitlistEntry" USING btree ("createdAt");
CREATE INDEX "Workspace_awake" ON public."Workspace" USING btree (state) WHERE (state = ANY (ARRAY['creating'::text, 'starting'::text, 'running'::text, 'stopping'::text, 'deleting'::text]));
CREATE INDEX "Workspace_ownerId_name" ON public."Workspace" USING btree ("ownerId", name);
CREATE INDEX "Workspace_teamId" ON public."Workspace" USING btree ("teamId", name) WHERE ("teamId" IS NOT NULL);
