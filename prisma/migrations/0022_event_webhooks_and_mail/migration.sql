CREATE TABLE "EventEndpoint" (
    "id" UUID NOT NULL,
    "ownerId" UUID,
    "teamId" UUID,
    "url" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "events" TEXT[],
    "sealed" BYTEA NOT NULL,
    "sealedFormer" BYTEA,
    "formerUntil" TIMESTAMPTZ(6),
    "offSince" TIMESTAMPTZ(6),
    "offBecause" TEXT,
    "failingSince" TIMESTAMPTZ(6),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EventEndpoint_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "EventEndpoint_owner_check" CHECK (("ownerId" IS NULL) <> ("teamId" IS NULL)),
    CONSTRAINT "EventEndpoint_format_check" CHECK ("format" IN ('plain', 'slack', 'discord')),
    CONSTRAINT "EventEndpoint_off_check" CHECK (("offSince" IS NULL) = ("offBecause" IS NULL)),
    CONSTRAINT "EventEndpoint_offBecause_check" CHECK ("offBecause" IN ('owner', 'failing', 'gone')),
    CONSTRAINT "EventEndpoint_former_check" CHECK (("sealedFormer" IS NULL) = ("formerUntil" IS NULL)),
    CONSTRAINT "EventEndpoint_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE NO ACTION,
    CONSTRAINT "EventEndpoint_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE INDEX "EventEndpoint_ownerId_idx" ON "EventEndpoint"("ownerId");
CREATE INDEX "EventEndpoint_teamId_idx" ON "EventEndpoint"("teamId");

CREATE TABLE "EventDelivery" (
    "id" UUID NOT NULL,
    "endpointId" UUID NOT NULL,
    "event" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "turn" INTEGER NOT NULL DEFAULT 1,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(6),
    "attemptedAt" TIMESTAMPTZ(6),
    "durationMs" INTEGER,
    "status" INTEGER,
    "answer" TEXT,
    "error" TEXT,

    CONSTRAINT "EventDelivery_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "EventDelivery_state_check" CHECK ("state" IN ('waiting', 'delivered', 'failed')),
    CONSTRAINT "EventDelivery_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "EventEndpoint"("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

CREATE INDEX "EventDelivery_endpointId_createdAt_idx" ON "EventDelivery"("endpointId", "createdAt" DESC);
CREATE INDEX "EventDelivery_createdAt_idx" ON "EventDelivery"("createdAt");

CREATE TABLE "MailMessage" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "sentAt" TIMESTAMPTZ(6),

    CONSTRAINT "MailMessage_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "MailMessage_state_check" CHECK ("state" IN ('waiting', 'sent', 'failed'))
);

CREATE INDEX "MailMessage_createdAt_idx" ON "MailMessage"("createdAt" DESC);

ALTER TABLE "TeamInvite" ADD COLUMN "email" TEXT;
